"""Programs for the command line, one file each."""

import os

# For arrays of three or four columns a second thread of BLAS is slower than none, and each waits
# busily while numpy is imported. It is read at that import; what is set already stays.
if os.environ.get('IGTL_ROS2_TUNING') != 'off':
    os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
