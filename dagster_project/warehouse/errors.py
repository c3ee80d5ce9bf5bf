"""What goes wrong with the warehouse, said so that the reader knows what to do."""


class WarehouseError(Exception):
    """A fault of the server, its roles or its schemas. The message never holds a cell value or a password."""
