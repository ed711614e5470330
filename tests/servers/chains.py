"""Certificates for servers that are not ours, and for their clients."""

from __future__ import annotations

from dataclasses import dataclass, replace

from integrator_tui.demo.certificates import Authority, Credentials, Validity, self_signed


@dataclass(frozen=True, slots=True)
class Chains:
    """An authority that is trusted, one that is not, what servers show, and clients of both."""

    authority: Authority
    other: Authority
    servers: dict[str, Credentials]
    client: Credentials
    stranger: Credentials
    late: Credentials

    @property
    def ca(self) -> str:
        return self.authority.pem()

    @classmethod
    def make(cls) -> Chains:
        """Make everything anew."""
        authority, other = Authority.create("Private Authority"), Authority.create("Somebody Else")
        between = authority.intermediate("Between")
        behind, unknown = between.issue("behind"), other.issue("localhost")
        servers = {
            "whole_chain": replace(behind, chain=(between.certificate,)),
            "incomplete": behind,
            "expired": authority.issue("localhost", validity=Validity.days(-30, -2.5)),
            "not_yet_valid": authority.issue("localhost", validity=Validity.days(2, 30)),
            "wrong_host": authority.issue("elsewhere", ("elsewhere.example", "192.0.2.1")),
            "self_signed": self_signed("localhost"),
            "unknown_ca": unknown,
            "unknown_ca_shown": replace(unknown, chain=(other.certificate,)),
            "client_purpose": authority.issue("localhost", client=True),
        }
        client = authority.issue("client", ("client.example",), client=True)
        stranger = other.issue("stranger", ("client.example",), client=True)
        late = authority.issue("late", ("client.example",), validity=Validity.days(-30, -2), client=True)
        return cls(authority, other, servers, client, stranger, late)

    def server(self, name: str) -> Credentials:
        """Return what a server of that name shows: a good certificate unless the name says otherwise."""
        if name not in self.servers:
            self.servers[name] = self.authority.issue("localhost")
        return self.servers[name]
