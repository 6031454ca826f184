"""One process that receives what Dogwalk sends to people: push (FCM v1), mail (SMTP), SMS (SNS), and shows it.

`python -m devstack.standins`. The providers' wire protocols, checked as they check them; an inbox page and a JSON API for
people, tests and the demo; trouble on demand.
"""
