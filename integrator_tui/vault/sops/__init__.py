"""The SOPS format with age recipients, as getsops/sops writes and reads it in YAML.

    scalar      which type and bytes a plain scalar has for sops (go-yaml's resolution)
    go_regex    Go's regular expressions, as far as rules need them, without their own bombs
    rule        which values of a file are encrypted
    cipher      ENC[AES256_GCM,…]: one encrypted value
    data_key    the key of one file, and the MAC over its values
    metadata    the `sops` block: parsed strictly, carried over with what it holds for others
    values      all values of a file, opened and authenticated

What sops does not authenticate is not trusted: neither the type tag of a value nor the list of recipients.
"""
