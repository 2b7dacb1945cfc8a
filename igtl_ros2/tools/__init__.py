"""Programs for the command line, one file each."""

import os

# A second thread of BLAS saves 1.5 ms for a million points, on an idle machine; beside other
# programs it costs many times that, and each waits busily while numpy is imported. It is read at
# that import; what is set already stays.
if os.environ.get('IGTL_ROS2_TUNING') != 'off':
    os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
