"""Labels: every word of the page, in French and in English.

Here lives one table. No HTML, and no word of the API: those stand as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

__all__ = ["LANGUAGES", "Labels", "Language", "labels_in"]

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Labels = Mapping[str, str]

_TABLE: dict[str, tuple[str, str]] = {
    "title": ("Bac à sable", "Sandbox"),
    "other_language": ("English", "Français"),
    "stopped": (
        "Le bac à sable s'est arrêté. Cette page attend son retour.",
        "The sandbox has stopped. This page waits for it to come back.",
    ),
    "skip": ("Aller aux messages", "Skip to messages"),
    "clock": ("Horloge", "Clock"),
    "frozen": ("arrêtée", "frozen"),
    "freeze": ("Arrêter", "Freeze"),
    "resume": ("Reprendre", "Resume"),
    "advance": ("Avancer", "Advance"),
    "advance_by": ("Avancer de {}", "Advance by {}"),
    "seconds": ("Secondes", "Seconds"),
    "move_10": ("10 s", "10 s"),
    "move_60": ("1 min", "1 min"),
    "move_300": ("5 min", "5 min"),
    "move_7200": ("2 h", "2 h"),
    "move_2678400": ("31 j", "31 d"),
    "reset_clock": ("Remettre à l'heure", "Back to the right time"),
    "ahead": ("décalée de {}", "moved by {}"),
    "span_days": ("{:+} j", "{:+} d"),
    "span_hours": ("{:+} h", "{:+} h"),
    "span_minutes": ("{:+} min", "{:+} min"),
    "span_seconds": ("{:+} s", "{:+} s"),
    "credits": ("crédits", "credits"),
    "credit": ("crédit", "credit"),
    "thousands": ("\u202f", ","),
    "decimal": (",", "."),
    "balance": ("Solde", "Balance"),
    "amount": ("Montant", "Amount"),
    "top_up": ("Recharger", "Top up"),
    "messages": ("Messages", "Messages"),
    "requests": ("Requêtes", "Requests"),
    "settings": ("Réglages", "Settings"),
    "search": ("Chercher un numéro, un texte, un identifiant", "Search numbers, texts, ids"),
    "search_requests": ("Chercher une requête, un identifiant, un code", "Search requests, ids, codes"),
    "nothing": (
        "Rien pour l'instant. L'adresse à donner à votre programme :",
        "Nothing yet. The address to give your program:",
    ),
    "nothing_try": ("Ou, dans un terminal :", "Or, in a terminal:"),
    "nothing_found": ("Rien ne correspond à cette recherche.", "Nothing matches this search."),
    "page_of": ("Page {} sur {}", "Page {} of {}"),
    "newer": ("Plus récents", "Newer"),
    "older": ("Plus anciens", "Older"),
    "first": ("Première page", "First page"),
    "last": ("Dernière page", "Last page"),
    "back": ("Retour à la liste", "Back to the list"),
    "shown": ("Ce qui est ouvert", "What is open"),
    "close": ("Fermer", "Close"),
    "gone": (
        "Introuvable : supprimé, ou oublié pour faire de la place.",
        "Not found: deleted, or forgotten to make room.",
    ),
    "delete": ("Supprimer", "Delete"),
    "delete_all": ("Tout supprimer", "Delete all"),
    "delete_all_sure": (
        "Supprimer tous les messages et toutes les requêtes ?",
        "Delete every message and every request?",
    ),
    "reset": ("Tout remettre à zéro", "Reset everything"),
    "reset_sure": (
        "Remettre à zéro messages, requêtes, pannes, horloge, crédits et débit ?",
        "Reset messages, requests, faults, clock, credits and rate?",
    ),
    "from": ("De", "From"),
    "to": ("À", "To"),
    "cost": ("Coût", "Cost"),
    "delay": ("Délai", "Delay"),
    "duration": ("Durée", "Duration"),
    "minutes": ("min", "min"),
    "text_code": ("Texte du catalogue", "Text of the catalogue"),
    "code": ("Code", "Code"),
    "timeline": ("Déroulement", "Timeline"),
    "accepted": ("requête acceptée", "request accepted"),
    "never": ("{} : jamais", "{}: never"),
    "tracking": ("Suivi, tel que l'API le montre maintenant", "Tracking, as the API shows it now"),
    "untracked_110": (
        "L'API répond 110 : le suivi n'est pas disponible.",
        "The API answers 110: the tracking is not available.",
    ),
    "untracked_112": (
        "L'API répond 112 : il est trop tôt pour un suivi.",
        "The API answers 112: it is too early for a tracking.",
    ),
    "recording": ("Enregistrement", "Recording"),
    "raw": ("Requêtes et réponses", "Requests and answers"),
    "no_answer": ("Aucune réponse.", "No answer."),
    "answered_http": ("Réponse HTTP {}, sans XML.", "Answered with HTTP {}, without XML."),
    "answered_else": (
        "Ce que le service a décidé ; le client, lui, a reçu autre chose.",
        "What the service decided; the client received something else.",
    ),
    "unlearnt": ("acceptée, mais le client ne l'a pas su", "accepted, but the client was not told"),
    "faulty": ("panne : {}", "fault: {}"),
    "remove": ("Retirer", "Remove"),
    "spent": ("épuisée", "spent"),
    "faults": ("Pannes", "Faults"),
    "no_faults": ("Aucune panne : tout fonctionne.", "No faults: everything works."),
    "add_fault": ("Ajouter une panne", "Add a fault"),
    "clear_faults": ("Retirer les pannes", "Clear the faults"),
    "does": ("Ce qui arrive", "What happens"),
    "on": ("À quelles requêtes", "To which requests"),
    "all_requests": ("toutes", "all"),
    "nth": ("Seulement la n-ième requête", "Only the nth request"),
    "times": ("Nombre de fois au plus", "Times at most"),
    "probability": ("Probabilité (%)", "Probability (%)"),
    "status": ("Statut HTTP", "HTTP status"),
    "problem_fault": (
        "Cette panne n'est pas possible : une valeur sort de ses bornes.",
        "This fault is not possible: a value is out of its range.",
    ),
    "problem_clock": ("L'horloge avance de 0 seconde à 10 ans.", "The clock moves on by 0 seconds to 10 years."),
    "problem_credits": (
        "Le montant est un nombre entier de 0 à 1 000 000 000.",
        "The amount is a whole number from 0 to 1,000,000,000.",
    ),
    "magic": ("Numéros magiques", "Magic numbers"),
    "magic_says": (
        "Ils décident de ce qui arrive ; les autres numéros sont ordinaires.",
        "They decide what happens; other numbers are ordinary.",
    ),
    # What happens in a timeline, and the state it leaves a message in.
    "date_ring": ("sonne", "rings"),
    "date_answer": ("décroché", "answered"),
    "date_ringA": ("sonne chez l'appelé", "called phone rings"),
    "date_answerA": ("l'appelé a décroché", "called party answered"),
    "date_answerB": ("l'appelant a décroché", "caller answered"),
    "date_hangup": ("terminé", "ended"),
    "date_executed": ("envoyé", "sent"),
    "x_date_executed": ("supercherie annoncée", "hoax revealed"),
    "scheduled": ("prévu", "scheduled"),
    "under_way": ("en route", "under way"),
    "sent_off": ("envoyé", "sent"),
    # Kinds.
    "kind_ring": ("Sonnerie", "Ring"),
    "kind_ring+": ("Sonneries", "Rings"),
    "kind_call": ("Appel", "Call"),
    "kind_call+": ("Appel enregistré", "Recorded call"),
    "kind_sms": ("SMS", "SMS"),
    "kind_sms+": ("SMS libre", "Free-text SMS"),
    "kind_tracking": ("Suivi", "Tracking"),
    "kind_credits": ("Crédits", "Credits"),
    # Faults.
    "does_latency": ("réponse tardive", "late answer"),
    "does_no_answer": ("acceptée, jamais de réponse", "taken, never answered"),
    "does_reset_after": ("acceptée, puis connexion rompue", "taken, then connection reset"),
    "does_cut": ("acceptée, réponse coupée", "taken, answer cut"),
    "does_garbage": ("acceptée, réponse illisible", "taken, rubbish answered"),
    "does_reset_before": ("connexion rompue, non acceptée", "connection reset, not taken"),
    "does_never_taken": ("non acceptée, jamais de réponse", "not taken, never answered"),
    "does_html": ("HTML au lieu de XML", "HTML instead of XML"),
    "does_status": ("erreur HTTP", "HTTP error"),
    "does_code": ("refus avec un code", "refusal with a code"),
}


def labels_in(language: Language) -> Labels:
    """Every label in this language."""
    column = LANGUAGES.index(language)
    return {name: both[column] for name, both in _TABLE.items()}
