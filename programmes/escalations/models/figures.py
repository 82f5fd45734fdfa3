"""Figures of asks per organisation, domain and month or year: made by a task, so that a page reads few rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from people.models import Domain, Network, Organisation

# Stands where a row is of all domains; an empty domain is "not sure", as on an ask.
ALL_DOMAINS = "all"


class AskFigures(models.Model):
    """What became of the asks that were raised in a month or in twelve, as far as an organisation and a domain are
    concerned.

    Without an organisation: of the whole network. Nothing of it is shown but through `sight`, which keeps back what
    would tell of fewer than five asks or two deciders.
    """

    # Without an index of its own, which PostgreSQL took for the better one, and read all figures of the network.
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="ask_figures", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    domain = models.CharField(max_length=20, blank=True)
    # The first month, and of how many: twelve are the sums of their months.
    month = models.DateField()
    months = models.PositiveSmallIntegerField(default=1)
    # Asks that want its power, and those of them that await a first reply.
    received = models.PositiveIntegerField(default=0)
    awaiting = models.PositiveIntegerField(default=0)
    # Of those received: promises that were kept, kept late, or are not met though their day has passed.
    kept = models.PositiveIntegerField(default=0)
    kept_late = models.PositiveIntegerField(default=0)
    not_met = models.PositiveIntegerField(default=0)
    # Of those received: closed without the team's word.
    not_confirmed = models.PositiveIntegerField(default=0)
    # Of those received, how many took how many working minutes to each step: {minutes: asks}.
    to_acknowledge = models.JSONField(default=dict)
    to_decide = models.JSONField(default=dict)
    to_do = models.JSONField(default=dict)
    # Asks that its people raised.
    raised = models.PositiveIntegerField(default=0)
    # Asks of another organisation's people that one of its own settled, but for those that nobody confirmed.
    for_partner = models.PositiveIntegerField(default=0)
    # Of each of these figures who decided how many of its asks: {figure: {membership's key: asks}}. Only counted,
    # never shown.
    deciders = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "domain", "organisation", "month", "months"],
                condition=Q(organisation__isnull=False),
                name="ask_figures_of_an_organisation_once",
            ),
            models.UniqueConstraint(
                fields=["network", "domain", "month", "months"],
                condition=Q(organisation=None),
                name="ask_figures_of_a_network_once",
            ),
            models.CheckConstraint(
                condition=Q(domain__in=["", ALL_DOMAINS, *Domain.values]), name="ask_figures_domain_is_known"
            ),
            models.CheckConstraint(condition=Q(months__in=[1, 12]), name="ask_figures_of_a_month_or_a_year"),
            models.CheckConstraint(
                condition=Q(awaiting__lte=models.F("received")), name="ask_figures_awaiting_were_received"
            ),
        ]
        indexes = [models.Index(fields=["network", "months", "domain", "month"], name="ask_figures_by_month")]

    def __str__(self) -> str:
        return f"{self.organisation or self.network}: {self.month:%B %Y}"


class FiguresBuilt(models.Model):
    """As of when a network's figures are, and the last event that is in them."""

    network = models.OneToOneField(Network, on_delete=models.CASCADE, related_name="figures_built")
    at = models.DateTimeField(null=True)
    last_event = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.network}: {self.at}"
