"""What people may ask for under their rights, done by data stewards and put on record."""
