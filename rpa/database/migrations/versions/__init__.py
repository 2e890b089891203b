"""One file a version, in the order of their numbers. Frozen: none imports the tables of today."""
