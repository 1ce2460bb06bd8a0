"""What peers read and write beyond their own work: paragraphs, groups, and all that an audit needs.

Of the standard library alone, as it is imported in the environment of each peer.
"""

import json
from array import array
from hashlib import blake2b
from pathlib import Path

SHORTEST = 8
"""Characters of a paragraph worth comparing: without it, headings meet by the thousand."""


def paragraphs(source):
    """Return the paragraphs of a JSONL file by their keys, row and line, both from 0."""
    found = {}
    with Path(source).open(encoding="utf-8") as corpus:
        for row, line in enumerate(corpus):
            for number, paragraph in enumerate(json.loads(line)["text"].splitlines()):
                if len(paragraph.strip()) >= SHORTEST:
                    found[row, number] = paragraph
    return found


def write_groups(path, near):
    """Write the groups of two paragraphs or more, each as a list of (row, line).

    ``near`` gives for each key, in order, those before it that it is near to; of their groups it
    joins the one that began first.
    """
    leader = {}
    for key, others in near.items():
        leader[key] = min((leader[other] for other in others), default=key)
    members = {}
    for key, first in leader.items():
        members.setdefault(first, []).append(key)
    with Path(path).open("w", encoding="utf-8") as out:
        for group in members.values():
            if len(group) > 1:
                out.write(json.dumps(group) + "\n")


def write_audit(folder, near, shingles):
    """Write keys, the pairs that were found, and 64-bit hashes of the shingles of each key.

    ``near`` is as ``write_groups`` takes it, ``shingles`` gives the set of strings of a key.
    """
    number = {key: at for at, key in enumerate(near)}
    files = {
        "keys": array("q", (part for key in near for part in key)),
        "pairs": array(
            "q", (n for key in near for other in near[key] for n in (number[other], number[key]))
        ),
        "hashes": array("Q"),
        "ends": array("q"),
    }
    for key in near:
        found = {blake2b(each.encode(), digest_size=8).digest() for each in shingles(key)}
        files["hashes"].extend(sorted(int.from_bytes(each, "little") for each in found))
        files["ends"].append(len(files["hashes"]))
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, values in files.items():
        Path(folder, name).write_bytes(values.tobytes())
