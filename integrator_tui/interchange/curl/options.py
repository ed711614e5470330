"""The options of curl 7.88 to 8.16 by name: whether they take a value, and what becomes of them here.

Sources: curl(1) of 7.88.1, and the release notes of 8.0 to 8.16.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from integrator_tui.model.nearest import did_you_mean

SILENT: Final = "silent"
"""What is done with the answer, or said meanwhile: it has no place in a connection, and nobody misses it."""
MAPPED: Final = "mapped"
REFUSED: Final = "refused"
"""Without it another request would be sent."""

_WITH_VALUE: Final = """
abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode
delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine
etag-compare etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header help hostpubmd5 hostpubsha256 hsts interface
ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type knownhosts krb libcurl limit-rate local-port
login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output
output-dir parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-default proto-redir proxy
proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key
proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype
proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer request
request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5
socks5-gssapi-service socks5-hostname speed-limit speed-time ssl-sessions stderr telnet-option
tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config
unix-socket upload-file upload-flags url url-query user user-agent variable vlan-priority write-out
""".split()

_FLAGS: Final = """
alpn anyauth append basic buffer ca-native cert-status clobber compressed compressed-ssh create-dirs crlf digest
disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed eprt epsv fail
fail-early fail-with-body false-start follow form-escape ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip
ftp-ssl-ccc ftp-ssl-control get globoff haproxy-protocol head http0.9 http1.0 http1.1 http2 http2-prior-knowledge
http3 http3-only ignore-content-length include insecure ipv4 ipv6 junk-session-cookies keepalive list-only location
location-trusted mail-rcpt-allowfails manual metalink mptcp negotiate netrc netrc-optional next npn ntlm ntlm-wb
out-null parallel parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter proxy-anyauth
proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm
proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel raw remote-header-name remote-name
remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir sessionid show-error silent
show-headers skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert
ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen
tcp-nodelay tftp-no-options tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time
use-ascii verbose version xattr
""".split()

TAKES_VALUE: Final[dict[str, bool]] = {
    **dict.fromkeys(_FLAGS, False),
    **dict.fromkeys(_WITH_VALUE, True),
}

SHORT: Final[dict[str, str]] = {
    "0": "http1.0", "1": "tlsv1", "2": "sslv2", "3": "sslv3", "4": "ipv4", "6": "ipv6", "a": "append",
    "A": "user-agent", "b": "cookie", "B": "use-ascii", "c": "cookie-jar", "C": "continue-at", "d": "data",
    "D": "dump-header", "e": "referer", "E": "cert", "f": "fail", "F": "form", "g": "globoff", "G": "get",
    "h": "help", "H": "header", "i": "include", "I": "head", "j": "junk-session-cookies", "J": "remote-header-name",
    "k": "insecure", "K": "config", "l": "list-only", "L": "location", "m": "max-time", "M": "manual", "n": "netrc",
    "N": "no-buffer", "o": "output", "O": "remote-name", "p": "proxytunnel", "P": "ftp-port", "q": "disable",
    "Q": "quote", "r": "range", "R": "remote-time", "s": "silent", "S": "show-error", "t": "telnet-option",
    "T": "upload-file", "u": "user", "U": "proxy-user", "v": "verbose", "V": "version", "w": "write-out",
    "x": "proxy", "X": "request", "y": "speed-time", "Y": "speed-limit", "z": "time-cond", "Z": "parallel",
    "#": "progress-bar", ":": "next",
}  # fmt: skip

_SILENT: Final = """
silent show-error verbose include show-headers output output-dir remote-name remote-name-all remote-header-name
remote-time remove-on-error create-dirs create-file-mode clobber skip-existing out-null progress-bar progress-meter
write-out fail fail-early fail-with-body trace trace-ascii trace-time trace-ids trace-config stderr dump-header
styled-output suppress-connect-headers parallel parallel-immediate parallel-max parallel-max-host libcurl xattr
disable manual http1.1 keepalive keepalive-time keepalive-cnt tcp-nodelay sessionid basic anyauth form-escape
globoff metalink npn post301 post302 post303
""".split()

_MAPPED: Final = """
request header data data-ascii data-binary data-raw data-urlencode json url-query get form form-string user
oauth2-bearer insecure proxy proxy-user proxy1.0 socks5 socks5-hostname location location-trusted follow max-time
unix-socket connect-timeout head upload-file compressed url user-agent referer cookie cacert cert key pass range
next proto-default buffer config netrc netrc-file netrc-optional
""".split()

_REFUSED: Final = """
digest ntlm ntlm-wb negotiate aws-sigv4 variable abstract-unix-socket socks4 socks4a preproxy
request-target http0.9 quote help version
""".split()

FATES: Final[dict[str, str]] = {
    **dict.fromkeys(_SILENT, SILENT),
    **dict.fromkeys(_MAPPED, MAPPED),
    **dict.fromkeys(_REFUSED, REFUSED),
}
"""What becomes of an option; one that is not in here is left out, with a line."""

REASONS: Final[dict[str, str]] = {
    "resolve": "names are resolved when a test runs; check --resolve does the same",
    "connect-to": "a connection goes where its base URL says; check --connect-to does the same",
    "cookie-jar": "cookies are not kept",
    "cert-type": "a client certificate is PEM here",
    "key-type": "a client certificate is PEM here",
    "http2": "requests are HTTP/1.1",
    "http3": "requests are HTTP/1.1",
    "http1.0": "requests are HTTP/1.1",
    "http2-prior-knowledge": "requests are HTTP/1.1",
    "noproxy": "a proxy is that of the connection, or that of the environment",
    "retry": "check --retries does the same",
    "max-redirs": "at most 10 redirects are followed",
    "path-as-is": "a segment . or .. is taken out of a path",
    "capath": "name one file with ca_cert_file",
}
"""Why an option has no place here."""


@cache
def named(word: str) -> tuple[str, bool] | None:
    """Return the long name that a `--word` means and whether it is switched on.

    A beginning that fits one name alone is that name. None where curl has no such option, or several begin so.
    """
    if word in TAKES_VALUE:
        return word, True
    if word.startswith("no-") and word[3:] in TAKES_VALUE:
        return word[3:], False
    on = [name for name in TAKES_VALUE if name.startswith(word)]
    if len(on) == 1:
        return on[0], True
    if not on and word.startswith("no-"):
        off = [name for name in TAKES_VALUE if name.startswith(word[3:]) and not TAKES_VALUE[name]]
        if len(off) == 1:
            return off[0], False
    return None


def unknown(word: str) -> str:
    """Return what is said of an option that curl does not have, or of which it has several."""
    several = [name for name in TAKES_VALUE if word.startswith("--") and name.startswith(word[2:])]
    if len(several) > 1:
        return f"{word} could be {' or '.join(f'--{name}' for name in several[:4])}"
    near = did_you_mean(word.lstrip("-"), [*TAKES_VALUE])
    return f"curl has no option {word}{f'; {near}' if near else ''}"
