"""Transplants: does moving the initial embedding, or two frequencies in it, move the winners?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.learning import RIGHT, final_test_accuracy, test_90_at
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import generalised, share_of
from latebloom.statistics import Estimate, mean, share, share_difference
from latebloom.studies.asked import asked
from latebloom.studies.parts import NOTHING, PARTS, arms
from latebloom.studies.study import STUDIES, Study, Table, Then
from latebloom.studies.sweeps import FRESH_SEED, small, texts
from latebloom.studies.texts import BOOTSTRAPPED, found, shown
from latebloom.studies.winners import competitors, overlap, winners, wins
from latebloom.sweeps.spec import Spec

STEPS = 1500

FIRST = FRESH_SEED + 200
"""The first seed: the runs of `tickets`, which led to these rules, are from seeds before it."""

APART = 1000
"""How much higher the seed of the donor is, so that no two hosts share one."""

EMBEDDING = "embedding"


def _kind(records: Sequence[Record], kind: str | None) -> list[Record]:
    """The runs with that intervention; None: with none."""
    return [record for record in records if record.setting("intervention.kind") == kind]


def _plain(records: Sequence[Record], donors: bool = False) -> dict[int, Record]:
    """The runs in which nothing is moved, by split: those of the hosts, or those of their donors."""
    runs = _kind(records, None)
    return {
        run.setting("data.seed"): run
        for run in runs
        if donors != (run.setting("model.seed") == run.setting("data.seed"))
    }


class _Transplanted(NamedTuple):
    """Three runs on one split."""

    mixed: Record
    host: Record
    donor: Record


def _transplanted(records: Sequence[Record], part: str) -> list[_Transplanted]:
    """Of each host whose run with this part of the donor's weights, and both runs without, are there."""
    hosts, donors = _plain(records), _plain(records, donors=True)
    mixed = {run.setting("model.seed"): run for run in arms(_kind(records, "transplant")).get(part, ())}
    return [
        _Transplanted(mixed[seed], hosts[seed], donors[seed]) for seed in mixed.keys() & hosts.keys() & donors.keys()
    ]


class _Swap(NamedTuple):
    """A winner of a plain run and two losers, the first of which is to win by the swap."""

    winner: int
    loser: int
    other: int

    @property
    def arms(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The frequencies that are swapped: the winner's, or those of the other loser as the control."""
        return (self.winner, self.loser), (self.other, self.loser)


def swap_of(host: Record) -> _Swap | None:
    """One winner and two losers, drawn by the seed; None for a run without them."""
    generator = torch.Generator().manual_seed(host.setting("model.seed"))
    won = sorted(winners(host))
    lost = [k for k in competitors(host) if k not in won]
    if not won or len(lost) < 2:
        return None
    winner = won[torch.randperm(len(won), generator=generator)[0]]
    loser, other = (lost[i] for i in torch.randperm(len(lost), generator=generator)[:2].tolist())
    return _Swap(winner, loser, other)


class _Swapped(NamedTuple):
    """The frequencies of one host, and the runs in which the loser swaps with the winner and with the other loser."""

    swap: _Swap
    run: Record
    control: Record


def _swapped(records: Sequence[Record]) -> list[_Swapped]:
    """Of each host with a winner and two losers whose two runs are there."""
    runs = {
        (run.setting("model.seed"), tuple(run.setting("intervention.frequencies"))): run
        for run in _kind(records, "swap_frequencies")
    }
    rows = []
    for seed, host in _plain(records).items():
        swap = swap_of(host)
        pair = [runs[seed, arm] for arm in swap.arms if (seed, arm) in runs] if swap else []
        rows += [_Swapped(swap, *pair)] if swap and len(pair) == 2 else []
    return rows


_READ = (key_frequencies,)


def _towards(part: str) -> Statistic:
    """How much more like the donor's the winners become."""

    @statistic(
        "share",
        f"the overlap (Jaccard's index) of the key frequencies with those of the donor, with the donor's {part} less "
        "without it, in the mean over hosts,",
        *_READ,
        name=f"towards_donor_with_{part.replace(', ', '_')}",
    )
    def towards(records: Sequence[Record]) -> Estimate:
        runs = _transplanted(records, part)
        return mean([overlap(one.mixed, one.donor) - overlap(one.host, one.donor) for one in runs])

    return towards


towards_donor = _towards(EMBEDDING)


@statistic(
    "share",
    f"the overlap of the key frequencies of a host with the donor's {EMBEDDING} with those of the donor, less with "
    "those of the host, in the mean over hosts,",
    *_READ,
)
def donor_over_host(records: Sequence[Record]) -> Estimate:
    runs = _transplanted(records, EMBEDDING)
    return mean([overlap(one.mixed, one.donor) - overlap(one.mixed, one.host) for one in runs])


def _more_often(role: str, formula: str) -> Statistic:
    """How much more often the frequency in that role is key with the swap than with its control."""

    @statistic("share", f"how much more often {formula}, in the mean over hosts,", *_READ, name=f"{role}_wins")
    def more_often(records: Sequence[Record]) -> Estimate:
        rows = [(getattr(one.swap, role), one) for one in _swapped(records)]
        return share_difference([(wins(k, one.run), wins(k, one.control)) for k, one in rows])

    return more_often


loser_wins = _more_often(
    "loser",
    "a loser is key if it swaps its part of the initial embedding with a winner than if it does with another loser",
)
winner_wins = _more_often(
    "winner",
    "a winner is key if it swaps its part of the initial embedding with a loser than if that loser does with another "
    "one",
)


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    for part in PARTS:
        runs = _transplanted(records, part)
        rows.append(
            (
                part,
                shown(share_of([one.mixed for one in runs], generalised)),
                shown(mean([overlap(one.mixed, one.donor) for one in runs])),
                shown(mean([overlap(one.mixed, one.host) for one in runs])),
            )
        )
    pairs = _transplanted(records, EMBEDDING)
    plain = shown(mean([overlap(one.host, one.donor) for one in pairs]))
    rows.append((NOTHING, shown(share_of([one.host for one in pairs], generalised)), plain, "–"))
    swaps = _swapped(records)
    by_swap = {"winner, loser": [one.run for one in swaps], "other, loser": [one.control for one in swaps]}
    swap_rows = [
        (
            text,
            shown(share_of(runs, generalised)),
            *(
                shown(share(sum(one.swap[role] in winners(run) for one, run in zip(swaps, runs)), len(swaps)))
                for role in range(len(_Swap._fields))
            ),
        )
        for text, runs in by_swap.items()
    ]
    return (
        Table(
            f"A part of the initial weights comes from the donor ({len(pairs)} hosts)",
            ("part", f"reach {RIGHT:.0%}", "overlap with the donor", "overlap with the host"),
            rows,
        ),
        Table(
            f"Two frequencies swap their parts of the initial embedding ({len(swaps)} hosts)",
            ("swapped", f"reach {RIGHT:.0%}", *(f"the {role} is key" for role in _Swap._fields)),
            swap_rows,
        ),
    )


def _following(records: Sequence[Record]) -> Sequence[Spec]:
    """For each host with a winner and two losers: its swap and the control, the donor, and the host with each part of
    the donor's weights."""
    specs = []
    for seed, host in _plain(records).items():
        if swap := swap_of(host):
            donor, pairs = str(seed + APART), tuple(",".join(texts(arm)) for arm in swap.arms)
            swapping = ("--intervention.kind", "swap_frequencies")
            transplant = ("--intervention.kind", "transplant", "--intervention.donor", donor)
            specs += [
                small(1, STEPS, *swapping, first=seed, intervention__frequencies=pairs),
                small(1, STEPS, first=seed, model__seed=(donor,)),
                small(1, STEPS, *transplant, first=seed, intervention__weights=tuple(PARTS.values())),
            ]
    return specs


_claim = partial(asked, "transplants")

STUDIES.register(
    Study(
        name="transplants",
        title="Transplants: does the initial embedding carry the winners?",
        question="Does moving the initial embedding, or two frequencies in it, move the frequencies that win?",
        place='W, "Future Directions"',
        hypothesis="Frequencies win by their parts of the initial embedding: if a winner and a loser swap theirs, the "
        "winner wins less often and the loser more often than if that loser swaps with another one.",
        design=f"x + y mod 23, {STEPS} steps. A host is trained as it is. Then a key frequency of it (a winner) and "
        "another frequency (a loser) swap their parts of its initial embedding, and it is trained again. Apart from "
        "that, one part of its initial weights is replaced by that of a donor, which is another seed: the embedding, "
        "attention, either half of the MLP, or the unembedding. Host and donor are trained on one split.",
        control="The same loser also swaps with another loser. Any change disturbs the contest, so the winner may lose "
        "and the loser win by any swap; they count as far as they do so more often with each other's parts. The "
        "overlap of host and donor with nothing transplanted is what two unrelated initial weights share.",
        power="The full budget has 48 hosts (432 runs with those that follow), the quick one 12 (108). A swap is "
        "decided by 48 hosts if it turns the outcome of about a fifth of them, and by 12 if it does so in half. The "
        "interval of an overlap reaches 7 points to either side with 48 hosts, and twice as far with 12.",
        changes="A larger p, where more frequencies compete; a wider model; a transplant after some steps of training, "
        "which would show when the winners are settled.",
        runs={"quick": (small(12, STEPS, first=FIRST),), "full": (small(48, STEPS, first=FIRST),)},
        then=Then(
            "for each host with a key frequency and two others: the host with the swap of a winner and a loser, and "
            "with that of this loser and another one, drawn by the seed; its split with the initial weights of the "
            f"seed {APART} higher, the donor; and the host with each part of the donor's initial weights",
            _following,
        ),
        claims=(
            _claim(
                "transplants-swap",
                "A loser that swaps its part of the initial embedding with a winner wins more often, and that winner "
                "less often, than if the loser swaps with another loser.",
                AllOf(Above(loser_wins, 0.0), Below(winner_wins, 0.0)),
                f"the loser is key in {found(loser_wins)} more of the hosts than in the control, and for the winner "
                f"the share differs by {found(winner_wins)}",
            ),
            _claim(
                "transplants-swap-winner",
                "A frequency that wins does so less often with a loser's part of the initial embedding.",
                Below(winner_wins, 0.0),
                f"the share of hosts in which the winner is still key differs by {found(winner_wins)} from that of the "
                "control",
            ),
            _claim(
                "transplants-swap-loser",
                "A frequency that loses wins more often with a winner's part of the initial embedding.",
                Above(loser_wins, 0.0),
                f"the share of hosts in which the loser is key differs by {found(loser_wins)} from that of the control",
            ),
            _claim(
                "transplants-embedding",
                "With a transplanted initial embedding, the key frequencies are more like those of the weights that "
                "it comes from.",
                Above(towards_donor, 0.0),
                f"the overlap with the donor's key frequencies changes by {found(towards_donor)}",
            ),
            _claim(
                "transplants-embedding-decides",
                "They are then more like those of the weights that it comes from than like those of all other weights.",
                Above(donor_over_host, 0.0),
                f"the overlap with the donor differs by {found(donor_over_host)} from that with the host",
            ),
        ),
        shown=(final_test_accuracy, test_90_at),
        tables=_tables,
        otherwise="A swap of their parts of the initial embedding does not make the loser win more often, or not the "
        "winner less often.",
        caveats="A swap moves all that the embedding has of a frequency, its strength as well as its directions, and "
        "does not tell which of them counts. In the control the winner keeps its own part, so that by itself "
        "`transplants-swap-winner` may show that any change of that part harms it; the loser's part is another "
        "one in both. A transplanted embedding is compared with none, and not with other transplanted parts: by the "
        "table its lead over those is within the spread of runs, so it is not shown that the embedding carries more "
        "of the winners than other parts do." + BOOTSTRAPPED,
    )
)
