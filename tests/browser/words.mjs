// What the screens read in English, by what they read in French: the words that the journeys use.
const WORDS = {
  "Maison d'arrêt et de correction de Kayes": 'Kayes prison', 'Pénitencier agricole de Kéniéroba': 'Kéniéroba penal farm',
  "C'est enregistré": 'Recorded', "C'est noté et cela attend un visa": 'Noted; it waits for a visa', 'Il y a un problème': 'There is a problem',
  "Rien n'a été enregistré.": 'Nothing was recorded.', 'Attendu :': 'Expected:', 'À faire :': 'Try:', Entrer: 'Enter', Enregistrer: 'Record',
  'Noter une récolte': 'Write down a harvest', 'Quantité pesée': 'Weighed quantity', Quantité: 'Quantity', 'Récolte pesée': 'Harvest weighed',
  'Il y a une erreur dans cette écriture': 'Something is wrong with this entry', 'Pourquoi corriger': 'Why correct it', Corriger: 'Correct',
  Pointage: 'Attendance', 'Après-midi': 'Afternoon', 'Équipe de 26 : tous présents, sauf :': 'Team of 26: all present, except:',
  'Au tribunal ou chez le juge': 'At court or before the judge', Malade: 'Sick',
  Vendre: 'Sell', Encaisser: 'Take payment', 'Vente enregistrée': 'Sale recorded', 'Blouse scolaire': 'School smock',
  'Réunion et PV': 'Meeting and minutes', 'Convoquer une réunion': 'Call a meeting', Convoquer: 'Call', 'Jour de la réunion': 'Day of the meeting',
  Endroit: 'Place', Ordinaire: 'Ordinary', 'Ordre du jour': 'Agenda', Présent: 'Present', Excusé: 'Excused', 'Noter les présences': 'Record the presences',
  'Pas de quorum : trop peu de collèges': 'No quorum: too few colleges', 'Le quorum est atteint': 'There is a quorum', '2. Présences': '2. Presences',
  'Poser une question': 'Put a question', Objet: 'About', 'Question posée': 'Question put', Plafond: 'Ceiling', 'Mettre aux voix': 'Put to the vote',
  'Tous pour': 'All for', Dépouiller: 'Count the votes', 'Voter un par un': 'Vote one by one', Pour: 'For', Contre: 'Against', 'Noter ces votes': 'Record these votes',
  'Sans effet : pas assez de collèges présents': 'Of no effect: too few colleges present', Adoptée: 'Carried',
  "sans effet tant que le PV n'est pas signé": 'no effect until the minutes are signed', 'Écrire le procès-verbal': 'Write the minutes', '4. Vérifiez': '4. Check',
  'Payé depuis': 'Paid from', 'Qui signe': 'Who signs', Signer: 'Sign', 'Imprimer le PV': 'Print the minutes',
  'Procès-verbal signé : les décisions sont en vigueur': 'Minutes signed: the decisions are in force',
  'Dépense, Mariam Fofana': 'Expense, Mariam Fofana', Dépense: 'Expense', 'Ce qui est payé': 'What is paid', Montant: 'Amount', 'Payé avec': 'Paid with',
  Fournisseur: 'Supplier', 'Demander la dépense': 'Ask for it', 'Attend mon visa : 1': 'Waits for my visa: 1', 'Donner mon visa': 'Give my visa', 'Visa donné': 'Endorsed',
  'Affectation des recettes': 'Share the revenue', Simuler: 'Simulate', "Rien n'est enregistré : c'est un essai.": 'Nothing is recorded: this is a trial.',
  'À répartir': 'To share', 'Attendent un visa': 'Waiting for a visa', 'Partages à payer': 'Sharings to pay', 'Enregistrer le partage': 'Record the sharing', 'Payer quelques personnes': 'Pay some people', 'Payer ces personnes': 'Pay these people',
  'Compter la caisse ou le magasin': 'Count the cash or the store', 'Doit rester': 'Should be there', Compter: 'Count', 'Premier comptage': 'First count',
  'Faire mon total': 'Work out my total', 'Remettre mes chiffres': 'Hand in my figures', "Comptage en cours : aucun chiffre n'est montré.": 'Being counted: no figure is shown.',
  'Continuer le comptage': 'Go on counting', 'Second comptage': 'Second count', 'Comparer les comptages': 'Compare the counts', 'Comptage terminé': 'Count finished',
  'Clôturer la journée': 'Close the day', 'Feuille de caisse': 'Cash sheet', 'Total du jour': 'Total of the day', Caisse: 'Cash', Fonds: 'Fund', "Jusqu'au": 'Until',
};

/** Sentences with a figure or a name in them. */
const SENTENCES = [
  [/^Je signe : (.+)$/, 'I sign: $1'],
  [/^(\d) présents sur (\d), il en faut (\d) ; collèges : (\d), il en faut (\d)\.$/, '$1 present of $2, $3 needed; colleges: $4, $5 needed.'],
  [/^pour : (\d), contre : (\d), abstentions : (\d)$/, 'for: $1, against: $2, abstaining: $3'],
  [/^plafond (.+)$/, 'ceiling $1'],
  [/^Chiffres de (.+) remis et cachés$/, 'Figures of $1 handed in and hidden'],
  [/^(.+) et (.+) ont compté\.$/, '$1 and $2 have counted.'],
  [/^décidé (.+) · dépensé (.+) · reste (.+)$/, 'decided $1 · spent $2 · left $3'],
  [/^Procès-verbal n° (.+) écrit\. Plus rien n'y change\.$/, 'Minutes no. $1 written. Nothing in them changes any more.'],
  [/^Ce qui est payé (\d)$/, 'What is paid $1'],
  [/^Montant (\d)$/, 'Amount $1'],
  [/^Écart\n/, 'Difference\n'],
  [/^Répartition, /, 'Distribution, '],
  [/^Paie des pécules, /, 'Payout, '],
  [/^Clôture, /, 'Closing, '],
  [/^Compté : /, 'Counted : '],
  [/, jusqu'au /, ', until '],
  [/28\/02\/2021/, '28 February 2021'],
  [/31\/03\/2021/, '31 March 2021'],
  [/(\d),(\d) kg/, '$1.$2 kg'],
  [/(\d) (?=\d{3}\b)/g, '$1,'],
];

/** The English of a French text of the screen; names and figures stay as they are. */
export function english(text) {
  return WORDS[text] ?? SENTENCES.reduce((told, [french, words]) => told.replace(french, words), text);
}
