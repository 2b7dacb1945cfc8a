"""
`igtl doctor`: what is wrong with a device, in plain sentences, worst first, with the remedy.

`probe` and `ros_probe` look and do not judge; what they saw is an `Observation`. The `about_...`
files judge and do not look: they turn observations into findings, and declare each kind of them.
"""
