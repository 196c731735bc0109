"""The test rigs of trust: each prints a line of figures and fails below its floor."""
