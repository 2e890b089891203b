"""The command line, `rpa`; a file a group. Commands import what they need when they run: --help is quick."""
