#!/usr/bin/python3
"""Writes an automaton that knows the valid telephone numbers of the world, as a C++ source.

libphonenumber checks a number against regular expressions, which takes some 15 microseconds. Its
patterns (in the form that Debian's python3-phonenumbers carries them) are finite, so they are turned
into one minimal acyclic automaton over digits here. It answers only where libphonenumber's answer
depends on nothing else; whatever it does not accept is left to the library.

Run by the build: make_number_table.py OUTPUT.cpp
"""
import sys

import phonenumbers
from phonenumbers import phonenumberutil
from phonenumbers.phonemetadata import PhoneMetadata

# In the order in which libphonenumber looks at them; fixed line and mobile come last.
SPECIAL_TYPES = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager",
                 "uan", "voicemail")
VALID, GEOGRAPHICAL, MAIN_REGION, PREMIUM_RATE = 1, 2, 4, 8


class Nfa:
    """A nondeterministic automaton, built from libphonenumber's subset of regular expressions."""

    def __init__(self):
        self.empty = []   # state -> states reached without a digit
        self.digits = []  # state -> [(set of digits, state)]
        self.accept = {}  # state -> what it accepts

    def state(self):
        self.empty.append([])
        self.digits.append([])
        return len(self.empty) - 1

    def add(self, pattern, tag, then_anything=False):
        """Adds a pattern; returns its first state."""
        first, last = self.state(), self.state()
        position = self.alternatives(pattern, 0, first, last)
        assert position == len(pattern), pattern
        if then_anything:
            self.digits[last].append((frozenset(range(10)), last))
        self.accept[last] = tag
        return first

    def alternatives(self, text, at, first, last):
        while True:
            at = self.sequence(text, at, first, last)
            if at < len(text) and text[at] == "|":
                at += 1
                continue
            return at

    def sequence(self, text, at, first, last):
        here = first
        while at < len(text) and text[at] not in "|)":
            start = at
            at, build = self.atom(text, at)
            at, least, most = self.times(text, at)
            for n in range(most):
                there = self.state()
                build(here, there)
                if n >= least:
                    self.empty[here].append(there)
                here = there
            assert at > start
        self.empty[here].append(last)
        return at

    def atom(self, text, at):
        if text[at] == "(":
            inside = at + (3 if text.startswith("(?:", at) else 1)
            assert text[inside] != "?", text
            end = self.alternatives(text, inside, self.state(), self.state())
            assert text[end] == ")", text
            return end + 1, lambda a, b: self.alternatives(text, inside, a, b)
        if text[at] == "[":
            end = text.index("]", at)
            return end + 1, self.digit(self.digit_class(text[at + 1:end]))
        if text.startswith("\\d", at):
            return at + 2, self.digit(frozenset(range(10)))
        assert text[at].isdigit(), text
        return at + 1, self.digit(frozenset([int(text[at])]))

    def digit(self, digits):
        return lambda a, b: self.digits[a].append((digits, b))

    @staticmethod
    def digit_class(text):
        digits, i = set(), 0
        while i < len(text):
            if text.startswith("\\d", i):
                digits.update(range(10))
                i += 2
            elif i + 2 < len(text) and text[i + 1] == "-":
                digits.update(range(int(text[i]), int(text[i + 2]) + 1))
                i += 3
            else:
                digits.add(int(text[i]))
                i += 1
        return frozenset(digits)

    @staticmethod
    def times(text, at):
        if at < len(text) and text[at] == "?":
            return at + 1, 0, 1
        if at < len(text) and text[at] == "{":
            end = text.index("}", at)
            least, _, most = text[at + 1:end].partition(",")
            return end + 1, int(least), int(most or least)
        return at, 1, 1

    def closure(self, states):
        found, todo = set(states), list(states)
        while todo:
            for there in self.empty[todo.pop()]:
                if there not in found:
                    found.add(there)
                    todo.append(there)
        return frozenset(found)

    def step(self, states, digit):
        return self.closure({t for s in states for digits, t in self.digits[s] if digit in digits})


class Automaton:
    """The minimal automaton of all countries; equal parts are one."""

    def __init__(self):
        self.states = [(0, (0,) * 10)]  # 0: nothing is accepted any more
        self.number = {self.states[0]: 0}

    def intern(self, label, nexts):
        key = (label, nexts)
        if label == 0 and not any(nexts):
            return 0
        if key not in self.number:
            self.number[key] = len(self.states)
            self.states.append(key)
        return self.number[key]


class Country:
    """All regions that share one country calling code."""

    def __init__(self, code, regions):
        self.code = code
        self.regions = [PhoneMetadata.metadata_for_region(r) for r in regions]
        self.nfa = Nfa()
        starts = []
        self.lengths = {}
        for i, region in enumerate(self.regions):
            for kind in ("general_desc", "fixed_line", "mobile") + SPECIAL_TYPES:
                desc = getattr(region, kind)
                if desc is None or not desc.national_number_pattern:
                    continue
                starts.append(self.nfa.add(desc.national_number_pattern, (i, kind)))
                self.lengths[i, kind] = set(desc.possible_length)
            if region.leading_digits:
                starts.append(self.nfa.add(region.leading_digits, (i, "leading"), True))
        # What looks as if a national prefix came first is read in another way: not for us.
        prefix = self.regions[0].national_prefix_for_parsing
        self.prefix_states = set()
        if prefix:
            # Without its $ a pattern takes more away from us, never less.
            starts.append(self.nfa.add(prefix.replace("$", ""), "prefix"))
            self.prefix_states = {s for s, tag in self.nfa.accept.items() if tag == "prefix"}
        self.start = self.nfa.closure(starts)
        self.memory = {}

    def build(self, automaton):
        return self.visit(automaton, self.start, 0)

    def visit(self, automaton, states, depth):
        if not states or (depth > 0 and states & self.prefix_states):
            return 0
        key = (states, depth)
        if key not in self.memory:
            nexts = (0,) * 10
            if depth < 15:
                nexts = tuple(self.visit(automaton, self.nfa.step(states, d), depth + 1)
                              for d in range(10))
            self.memory[key] = automaton.intern(self.label(states, depth), nexts)
        return self.memory[key]

    def label(self, states, length):
        tags = {self.nfa.accept[s] for s in states if s in self.nfa.accept}
        for i, region in enumerate(self.regions):
            kind = self.type_in(i, region, tags, length)
            if len(self.regions) > 1 and region.leading_digits:
                if (i, "leading") not in tags:
                    continue
            elif kind is None:
                continue
            if kind is None:
                return 0
            label = VALID
            if kind == "fixed" or (kind == "mobile" and
                                   self.code in phonenumberutil._GEO_MOBILE_COUNTRIES):
                label |= GEOGRAPHICAL
            if kind == "premium_rate":
                label |= PREMIUM_RATE
            if self.matches(0, "general_desc", tags, length):
                label |= MAIN_REGION
            return label
        return 0

    def matches(self, i, kind, tags, length):
        allowed = self.lengths.get((i, kind))
        return (i, kind) in tags and (not allowed or length in allowed)

    def type_in(self, i, region, tags, length):
        if not self.matches(i, "general_desc", tags, length):
            return None
        for kind in SPECIAL_TYPES:
            if self.matches(i, kind, tags, length):
                return kind
        if self.matches(i, "fixed_line", tags, length):
            return "fixed"
        return "mobile" if self.matches(i, "mobile", tags, length) else None


def plain_dialing(region):
    """(national prefix, prefix of international calls) where both are plain digits, else None."""
    metadata = PhoneMetadata.metadata_for_region(region)
    prefix = metadata.national_prefix or ""
    if (metadata.national_prefix_for_parsing or "") != prefix:
        return None
    if metadata.international_prefix not in ("00", "011"):
        return None
    return prefix, metadata.international_prefix


def main():
    automaton = Automaton()
    roots, dialing = [], []
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        if regions == ("001",):
            continue
        roots.append((code, Country(code, regions).build(automaton)))
        plain = plain_dialing(regions[0])
        if plain is not None:
            dialing.append((regions[0], code) + plain)
    assert len(automaton.states) < 65536
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write("// Generated by scripts/make_number_table.py.\n")
        out.write('#include "store/import/number_table.h"\n\n')
        out.write("namespace carillon::store::number_table {\n\n")
        out.write("const State kStates[] = {\n")
        for label, nexts in automaton.states:
            out.write("{{%s},%d},\n" % (",".join(map(str, nexts)), label))
        out.write("};\n\nconst Root kRoots[] = {\n")
        for code, state in roots:
            out.write("{%d,%d},\n" % (code, state))
        out.write("};\nconst size_t kRootCount = %d;\n\n" % len(roots))
        out.write("const Dialing kDialing[] = {\n")
        for region, code, national, international in sorted(dialing):
            out.write('{"%s",%d,"%s","%s"},\n' % (region, code, national, international))
        out.write("};\nconst size_t kDialingCount = %d;\n\n" % len(dialing))
        out.write("}  // namespace carillon::store::number_table\n")


if __name__ == "__main__":
    main()
