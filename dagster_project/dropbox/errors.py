"""What can go wrong on the SFTP route. No message ever holds a password, a key or a file's content."""


class DropboxError(Exception):
    """The drop-box could not be used; the message says what to do."""


class UnreachableError(DropboxError):
    """Nobody answers at the drop-box's address."""


class HostKeyError(DropboxError):
    """The server is not the one whose key is pinned. No password was sent to it."""


class LoginRefusedError(DropboxError):
    """The server knows the account but lets it not in, or does not know it."""


class WeakAlgorithmError(DropboxError):
    """The other side offers nothing that meets AES-256 and SHA-2."""


class TransferError(DropboxError):
    """A transfer broke off; what has arrived is kept and the next collection goes on from there."""


class EndpointError(DropboxError):
    """The settings of the drop-box cannot be used."""


class AccountError(DropboxError):
    """A user name or password breaks the agreement's rules (TR-07 to TR-10)."""
