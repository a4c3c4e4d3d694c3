# bmake wants one; this port needs none of its rules.
