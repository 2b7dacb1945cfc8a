"""OpenIGTLink for Wireshark: a dissector in Lua, made of what the codec declares."""
