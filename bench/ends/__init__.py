"""The processes at both ends of what is measured, and what they send."""
