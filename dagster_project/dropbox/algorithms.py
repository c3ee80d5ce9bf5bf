"""The algorithms both ends allow: AES-256 (TR-05) and SHA-2 (TR-06), nothing else.

The order is a preference. The counter mode comes before GCM on purpose: GCM brings its own integrity tag, so the
negotiated HMAC would go unused, and the agreement asks for SHA-2 hashing by name.
"""

CIPHERS = ("aes256-ctr", "aes256-gcm@openssh.com")
MACS = ("hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com")
KEY_EXCHANGES = (
    "mlkem768x25519-sha256",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
)
HOST_KEYS = ("ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256")
COMPRESSION = ("none",)

# What an OpenSSH public key line may start with: an RSA key is called ssh-rsa there whatever hash signs with it.
PUBLIC_KEY_TYPES = ("ssh-ed25519", "ssh-rsa")

# Client keys of other kinds are not offered at login (paramiko wants a deny list for these).
REFUSED_CLIENT_KEYS = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
