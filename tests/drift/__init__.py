"""The mutation run: the stand-in's pages changed in some hundred ways, and what check and robot make of it (`make drift`)."""
