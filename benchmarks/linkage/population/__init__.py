"""An invented council of any size, as the records of its systems, and the truth kept apart from them."""
