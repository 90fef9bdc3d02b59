"""Word lists of scientific English that more than one component needs."""

from __future__ import annotations

__all__ = ["CONNECTORS", "GENERIC_HEADS", "OPENERS", "PHRASE_ENDS", "PRAISE", "SCAFFOLD"]

CONNECTORS = frozenset(("of", "for", "in", "to", "with", "on", "the"))
"""Small words that may stand inside a capitalised name ("Chain of Thought")."""

OPENERS = frozenset(
    """a about above accordingly achieving across actually adding additionally address addressing adopting after again
    against all allowing almost along already also alternatively although among an analysing analysis analyzing and
    another any applied applying approaches are around as assuming at based because been before being besides beyond
    both build building built but by can central code combined combining common comparative compared comparing
    comprehensive compute consequently considering contrary critically crucially current currently data datasets deep
    demonstrating deploying despite detailed developing different do does drawing due during each early efficient either
    elegant empirical empirically enabling ensuring especially essentially even evaluated evaluating evaluation
    evaluations every evidence existing experimental experimentally experiments exploiting exploring extending extensive
    extensively few finally findings first firstly focusing following for formally fourth from full fully further
    furthermore general generally generating given having hence here herein how however human humans i if important
    importantly improving in increasing indeed initial inspired instead interestingly introducing is it its key last
    lastly lately learning let leveraging like many meanwhile method methods mixed model modern more moreover most
    motivated much multi multiple namely natural naturally nearly nevertheless new next no nonetheless not notably
    notwithstanding novel now numerous of often on once one only open opposed optimizing or originally other our out
    over overall parallel part particularly performance perhaps point popular previous previously prior project provided
    providing put quantitative real recent recently recognizing regarding relying remarkably representing research
    results reversing rigorous same second secondly seeking several showing significantly similarly simple simply
    simulation simulations simultaneously since so solving some source specifically standard starting state still
    studies studying subsequently such surprisingly systematic take taken tested testing thanks that the their them then
    theoretical theoretically there thereby therefore these they third this those though three through throughout thus
    to together toward towards traditional traditionally trained training two typically ultimately under unfortunately
    unlike until unsurprisingly up upon us use user users using usually utilizing validated various very via visit we
    what when whenever where whereas whether which while who whole whose why will with within without work works yet you
    your """.split()
)
"""Lower-case words that a sentence may open with: capitalised there, they are no names."""

GENERIC_HEADS = frozenset(
    """algorithm algorithms approach architecture architectures benchmark benchmarks challenge corpora corpus data
    dataset datasets framework frameworks library method methods mechanism model models module modules network networks
    optimizer package pipeline procedure scheme strategy strategies system systems technique techniques task tasks
    toolkit gpu gpus loss""".split()
)
"""Heads that follow a name without being part of it, unless the name needs them."""

SCAFFOLD = frozenset(
    """Abstract Appendix Chapter Code Corollary Definition Demo Equation Eq Fig Figure Github GitHub Homepage Keywords
    Lemma Project Proposition Section Table Theorem Website""".split()
)
"""Capitalised words of a paper's scaffolding."""

PRAISE = tuple(
    """novel new simple general unified efficient effective first fast practical scalable powerful robust lightweight
    yet and but comprehensive flexible principled generic large-scale innovative straightforward improved systematic
    two-stage end-to-end plug-and-play training-free so-called alternative different simpler more very highly low-cost
    modular versatile holistic open-source""".split()
)
"""Words that stand between "we propose a" and the name of what is proposed."""

PHRASE_ENDS = tuple(
    """that which for to by with where in on of based using from and or as called named termed dubbed via capable is are
    can consisting designed tailored whose when at into under over through leveraging built able trained aimed aiming
    inspired specifically""".split()
)
"""Words that end the noun phrase after "we propose a"."""
