"""What takes long: asked for by a page, done by a process of its own, resumed when that one is killed."""
