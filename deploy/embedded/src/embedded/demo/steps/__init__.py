"""The steps of the story, in the order in which a school year goes."""
