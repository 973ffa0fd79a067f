"""What somebody who left once had, and what a look shows of it again. Keys outlive accounts, and accounts come back.

Of accounts that nobody knows to have been theirs nothing is said here: likeness alone makes nothing anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scim_bridge.access.observed import Account, Credential, Invitation

ACCEPTED = "an invitation accepted after leaving"
MADE_AGAIN = "an account made again after leaving"
RESTORED = "an account restored after leaving"
NEW_KEY = "a key made after leaving"
INVITED_AGAIN = "an invitation sent again after leaving"

NOT_SURE = (
    "{email} has {what} there again after leaving, and {other}, who is active, has this address. It may be theirs, so it was "
    "left alone. Correct the address of one of the two at the identity provider, or take it away by hand; then retry."
)


@dataclass(frozen=True)
class FormerAccount:
    """An account or an invitation that the bridge made or adopted for somebody, and that was gone when it last looked."""

    email: str | None
    """As it was there. None when somebody else had the address since: whatever is there is not this person's."""
    account_id: str | None
    """None when there never was more than an invitation."""
    ended_at: datetime


@dataclass(frozen=True)
class Again:
    """One observation about one former account: what has its id or its address. What another person is known to have is not here."""

    former: FormerAccount
    account: Account | None = None
    invitation: Invitation | None = None
    """A pending one."""
    keys: tuple[Credential, ...] = ()
    """Of either account."""
    active: str | None = None
    """The userName of somebody active who has this address, in whichever source."""

    @property
    def is_there(self) -> bool:
        return self.account is not None or self.invitation is not None

    @property
    def what(self) -> str:
        """Which of the ways back it is, with the address."""
        thing = self.account or self.invitation
        assert thing is not None
        if self.account is None:
            return f"{INVITED_AGAIN}: {thing.email}"
        return f"{ACCEPTED if self.former.account_id is None else MADE_AGAIN}: {thing.email}"

    @property
    def obstacle(self) -> str:
        """Why it is left alone."""
        thing = self.account or self.invitation
        assert thing is not None
        what = "an account" if self.account is not None else "an invitation"
        return NOT_SURE.format(email=thing.email, what=what, other=self.active)

    def is_newer(self, key: Credential) -> bool:
        """Whether the key was made when the account was gone already."""
        return key.created_at is not None and key.created_at > self.former.ended_at
