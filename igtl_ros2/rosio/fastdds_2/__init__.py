"""Settings for Fast DDS 2, in a file that has to be called as the one for Fast DDS 3 is."""
