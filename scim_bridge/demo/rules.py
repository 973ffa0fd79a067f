"""The two mapping files of the demo: a studio whose invitations are accepted at once, and a lab where people take their time."""

STUDIO = """\
version: 1
connector: sandbox
connection: {path: studio.db, places: [research, production], invitations: true, accept: auto}
sources: [default, entra]

accounts: {role: user}

rules:
  - name: researchers
    when: {group: "AI Research"}
    grant:
      - {place: research, role: member}

  - name: by convention
    when: {group_pattern: "AI-{place}-{role}"}
    parts:
      place: {Research: research, Production: production}
      role: {Users: member, Admins: admin}
    grant:
      - {place: "{place}", role: "{role}", allow_admin: true}

offboarding:
  account: remove
  keys: {personal: withdraw, shared: report}

mode: apply
"""

LAB = """\
version: 1
connector: sandbox
connection: {path: lab.db, places: [evals], invitations: true, accept: manual}
sources: [default, entra]

accounts: {role: user}

rules:
  - name: evaluators
    when: {group: "AI Research"}
    grant:
      - {place: evals, role: member}

mode: apply
"""

FILES = {"studio.yaml": STUDIO, "lab.yaml": LAB}
