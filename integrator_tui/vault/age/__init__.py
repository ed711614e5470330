"""The age file format, version 1 (https://c2sp.org/age), on the primitives of `cryptography`.

The rules, one noun a module:

    bech32      how recipients and identities are written: age1…, AGE-SECRET-KEY-1…
    header      the version line, the stanzas and the MAC line; every byte has one spelling
    x25519      recipient and identity of the everyday kind
    hybrid      the post-quantum kind (mlkem768x25519): age1pq1…, AGE-SECRET-KEY-PQ-1…
    scrypt      a passphrase, alone in its file, its work factor capped
    stream      the payload in chunks of 64 KiB, the last one marked
    armor       the PEM-like text form, strict
    container   all of them together: `encrypt` and `decrypt`
    keys        which kind of key a text names

Two failures are told apart by their type, and no more: `NoIdentity` says that the file is for somebody
else, `InvalidFile` that it is broken. Whatever can be told without a key is checked before a key is used.
`cryptography` is imported where a primitive is used, so that whoever decrypts nothing does not load it.
"""
