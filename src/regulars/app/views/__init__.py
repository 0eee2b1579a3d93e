"""One file a screen; each view reads its query through a form, asks the room it is about, and hands words to a page."""
