// What people do in a day, by what is written on the screen and nothing else: no address, no selector, only the words that
// links, buttons and fields carry, from the door and the home page on. Each tells beside it the same acts as commands.
import assert from 'node:assert/strict';

const KAYES = "Maison d'arrêt et de correction de Kayes";
const KENIEROBA = 'Pénitencier agricole de Kéniéroba';

/** Who acts: facility and name as the door shows them. */
export const PEOPLE = {
  farmer: [KENIEROBA, 'Mamadou Diallo'],
  treasurer: [KAYES, 'Mariam Fofana'],
  secretary: [KAYES, 'Oumar Maïga'],
  chair: [KAYES, 'Souleymane Sangaré'],
};

/** What a page writes of itself into an entry, in both languages. */
export const CARRIED = [["Partage des ventes de Couture de Kayes jusqu'au 28/02/2021", 'Sharing of the sales of Couture de Kayes until 28 February 2021']];

/** The day the practice year has come to. */
const TODAY = '2021-03-31';

/** An entry that was recorded, and nothing else. */
async function done(hand) {
  await hand.sees("C'est enregistré");
  await hand.misses('Il y a un problème');
}

/** What the committee is asked. */
const QUESTION = 'Achat de tissu pour les blouses';

/** Puts the question to those who are present. */
async function ask(hand) {
  await hand.pick('Objet', 'Dépense');
  await hand.fill('Question posée', QUESTION);
  await hand.fill('Plafond', '60 000');
  await hand.fill("Jusqu'au", '2021-04-30');
  await hand.press('Mettre aux voix');
  await done(hand);
  await hand.sees(QUESTION, 'plafond 60 000 F');
}

/** Calls an ordinary meeting for today. */
async function convene(hand, place, agenda) {
  await hand.press('Convoquer une réunion');
  await hand.fill('Jour de la réunion', TODAY);
  await hand.fill('Endroit', place);
  await hand.tick('Ordinaire', 'Session');
  await hand.fill('Ordre du jour', agenda);
  await hand.press('Convoquer');
  await done(hand);
}

/** Notes who is there. */
async function attend(hand, present, excused) {
  for (const name of present) await hand.tick('Présent', name);
  for (const name of excused) await hand.tick('Excusé', name);
  await hand.press('Noter les présences');
  await done(hand);
}

/** Writes the minutes; the secretary signs in their own session, the chair beside them, the treasurer in hers. */
async function minute(hand, enter, number, place) {
  await hand.press('Écrire le procès-verbal');
  await hand.press('4. Vérifiez');
  await hand.sees(`Procès-verbal n° ${number} écrit. Plus rien n'y change.`);
  await hand.press('Je signe : Oumar Maïga');
  await hand.pick('Qui signe', 'Souleymane Sangaré');
  await hand.press('Signer');
  await done(hand);
  const treasurer = await enter('treasurer');
  await treasurer.press('Réunion et PV');
  await treasurer.press(`31/03/2021, ${place}`);
  await treasurer.press('Je signe : Mariam Fofana');
  await treasurer.sees('Procès-verbal signé : les décisions sont en vigueur');
  return treasurer;
}

/** What lies in the cash box after these journeys, and in which notes and coins. */
const CASH = '1 448 790 F', PIECES = [['10 000', '144'], ['5 000', '1'], ['2 000', '1'], ['500', '3'], ['25', '11'], ['10', '1'], ['5', '1']];

/** The same as it is typed in a command. */
const FIGURES = PIECES.map(([value, count]) => `${value.replace(' ', '')}x${count}`).join(' ');

/** Types what lies in the cash box. */
async function pieces(hand) {
  for (const [value, count] of PIECES) {
    await hand.fill(`${value} F ×`, count);
  }
}

/** The presence sheet as flags: these are there, the others are excused. */
function there(present) {
  const members = ['chef', 'droits', 'familles', 'maire', 'secretaire', 'tresoriere'];
  return members.map(name => `--lines person=kay-${name},presence=${present.includes(name) ? 'present' : 'excused'}`).join(' ');
}

/** Minutes and their three signatures as commands; the chair signs on the secretary's device. */
function minuted(meeting) {
  const sign = (name, more = '') => `kay-${name} record sign --meeting ${meeting}${more}`;
  return [`kay-secretaire record minutes --meeting ${meeting}`, sign('secretaire'), sign('maire', ' --device person/kay-secretaire'), sign('tresoriere')];
}

export const JOURNEYS = [
  {
    name: 'a harvest in three taps and a figure',
    entry: 'harvest',
    async go(enter) {
      const hand = await enter('farmer');
      hand.taps = 0;
      await hand.press('Noter une récolte');
      await hand.fill('Quantité pesée', '125,5');
      await hand.press('Enregistrer');
      assert.ok(hand.taps <= 3, `${hand.taps} taps`);
      await done(hand);
      await hand.sees('125,5 kg');
      await hand.end();
    },
    typed: ['ken-cultures record harvest --plot ken-jardin --item tomate --quantity 125,5 --store ken-magasin'],
  },
  {
    name: 'a harvest without a figure is told, and nothing is recorded',
    async go(enter) {
      const hand = await enter('farmer');
      await hand.press('Noter une récolte');
      await hand.press('Enregistrer');
      await hand.sees('Il y a un problème', 'Quantité', "Rien n'a été enregistré.");
      await hand.end();
    },
    typed: ['ken-cultures record harvest --plot ken-jardin --item tomate --store ken-magasin'],
    refused: 'field/missing',
  },
  {
    name: 'a harvest is corrected by who wrote it down',
    entry: 'corrected',
    async go(enter) {
      const hand = await enter('farmer');
      await hand.press('Récolte pesée');
      await hand.press('Il y a une erreur dans cette écriture');
      await hand.press('Corriger');
      await hand.fill('Quantité pesée', '152,5');
      await hand.fill('Pourquoi corriger', 'Chiffres inversés');
      await hand.press('Corriger');
      await done(hand);
      await hand.sees('152,5 kg');
      await hand.end();
    },
    typed: ['ken-cultures correct $seq --reason "Chiffres inversés" --quantity 152,5'],
  },
  {
    name: 'a team of twenty-six, and two who were not there',
    async go(enter) {
      const hand = await enter('farmer');
      hand.taps = 0;
      await hand.press('Pointage');
      await hand.sees('Équipe de 26 : tous présents, sauf :');
      await hand.tick('Après-midi');
      await hand.pick('Abdoulaye Doumbia', 'Malade');
      await hand.pick('Bakary Fofana', 'Au tribunal ou chez le juge');
      await hand.press('Enregistrer');
      await done(hand);
      await hand.sees('Abdoulaye Doumbia', 'Bakary Fofana', 'Après-midi');
      await hand.end();
    },
    typed: ['ken-cultures record attendance --unit farm/ken-champs --half afternoon --all-assigned --exceptions person=ken-20-0010,reason=sick --exceptions person=ken-20-0006,reason=court'],
  },
  {
    name: 'a sale in three taps, and its receipt',
    entry: 'sale',
    async go(enter) {
      const hand = await enter('treasurer');
      hand.taps = 0;
      await hand.press('Vendre');
      await hand.press('Blouse scolaire');
      await hand.press('Encaisser');
      assert.ok(hand.taps <= 3, `${hand.taps} taps`);
      await hand.sees('Vente enregistrée', 'KAY-2021-000001', '3 500 F', 'trois mille cinq cents francs');
      await hand.end();
    },
    typed: ['kay-tresoriere record sale --unit workshop/kay-couture --lines item=blouse-scolaire,lot=kay-20-0070,quantity=1,store=kay-magasin --means cash --place cash-box/kay-caisse'],
  },
  {
    name: 'a meeting: a question falls for want of a college, then passes, and the minutes are signed',
    async go(enter) {
      const hand = await enter('secretary');
      await hand.press('Réunion et PV');
      await convene(hand, 'Salle du greffe', 'Achat de tissu');
      // Three of six came: enough heads, but only the prison's staff and the local officials.
      await attend(hand, ['Souleymane Sangaré', 'Oumar Maïga', 'Souleymane Keïta'], ['Mariam Fofana', 'Abdoulaye Sissoko', 'Aminata Doumbia']);
      await hand.sees('Pas de quorum : trop peu de collèges', '3 présents sur 6, il en faut 3 ; collèges : 2, il en faut 3.');
      await ask(hand);
      await hand.press('Tous pour', QUESTION);
      await hand.press('Dépouiller', QUESTION);
      await hand.sees('pour : 3, contre : 0, abstentions : 0', 'Sans effet : pas assez de collèges présents');
      // The treasurer comes in for the NGOs, and the same question is put again.
      await hand.tick('Présent', 'Mariam Fofana');
      await hand.press('Noter les présences');
      await hand.press('2. Présences');
      await hand.sees('Le quorum est atteint', '4 présents sur 6, il en faut 3 ; collèges : 3, il en faut 3.');
      await hand.press('Poser une question');
      await ask(hand);
      await hand.press('Voter un par un', QUESTION);
      for (const name of ['Souleymane Sangaré', 'Oumar Maïga', 'Mariam Fofana']) await hand.tick('Pour', name);
      await hand.tick('Contre', 'Souleymane Keïta');
      await hand.press('Noter ces votes', QUESTION);
      await hand.press('Dépouiller', QUESTION);
      await hand.sees('pour : 3, contre : 1, abstentions : 0', 'Adoptée', 'sans effet tant que le PV n\'est pas signé');
      const treasurer = await minute(hand, enter, 'KAY-2021-000001', 'Salle du greffe');
      await treasurer.press('Imprimer le PV');
      await treasurer.sees('soixante mille francs CFA', 'KAY-2021-000001'); // The paper is in French for everybody.
      await treasurer.end();
      await hand.end();
    },
    typed: [
      `kay-secretaire record convocation --on ${TODAY} --place "Salle du greffe" --session ordinary --agenda "Achat de tissu"`,
      `kay-secretaire record presence --meeting kay-21-0001 ${there(['chef', 'maire', 'secretaire'])}`,
      `kay-secretaire record motion --meeting kay-21-0001 --about spend --title "${QUESTION}" --ceiling 60000 --until 2021-04-30`,
      'kay-secretaire record vote --motion kay-21-0001 --consensus',
      'kay-secretaire record motion-close --motion kay-21-0001',
      `kay-secretaire record presence --meeting kay-21-0001 ${there(['chef', 'maire', 'secretaire', 'tresoriere'])}`,
      `kay-secretaire record motion --meeting kay-21-0001 --about spend --title "${QUESTION}" --ceiling 60000 --until 2021-04-30`,
      'kay-secretaire record vote --motion kay-21-0002 --lines person=kay-chef,vote=against --lines person=kay-maire,vote=for --lines person=kay-secretaire,vote=for --lines person=kay-tresoriere,vote=for',
      'kay-secretaire record motion-close --motion kay-21-0002',
      ...minuted('kay-21-0001'),
    ],
  },
  {
    name: 'an expense under that decision, endorsed and paid',
    async go(enter) {
      const hand = await enter('treasurer');
      await hand.press('Dépense');
      await hand.press(QUESTION);
      await hand.fill('Ce qui est payé 1', 'Tissu');
      await hand.fill('Montant 1', '40 000');
      await hand.fill('Ce qui est payé 2', 'Fil');
      await hand.fill('Montant 2', '2 500');
      await hand.tick('Caisse du comité', 'Payé avec');
      await hand.pick('Fournisseur', 'Commerçants du marché');
      await hand.pick('Fonds', 'Fonds de roulement');
      await hand.press('Demander la dépense');
      await hand.sees("C'est noté et cela attend un visa", '40 000 F', '2 500 F');
      await hand.end();
      const chair = await enter('chair');
      await chair.press('Attend mon visa : 1');
      await chair.press('Dépense, Mariam Fofana');
      await chair.press('Donner mon visa');
      await chair.sees('Visa donné', '42 500 F');
      await chair.end();
    },
    typed: [
      `kay-tresoriere record expense --leave kay-21-0001 --from cash-box/kay-caisse --fund kay-roulement --supplier kay-marche --lines purpose=Tissu,amount=40000 --lines purpose=Fil,amount=2500`,
      'kay-maire endorse $seq',
    ],
  },
  {
    name: 'an expense beyond the ceiling is refused in three parts, and nothing typed is lost',
    async go(enter) {
      const hand = await enter('treasurer');
      await hand.press('Dépense');
      await hand.press(QUESTION);
      await hand.sees('décidé 60 000 F · dépensé 42 500 F · reste 17 500 F');
      await hand.fill('Ce qui est payé 1', 'Tissu');
      await hand.fill('Montant 1', '30 000');
      await hand.tick('Caisse du comité', 'Payé avec');
      await hand.pick('Fournisseur', 'Commerçants du marché');
      await hand.pick('Fonds', 'Fonds de roulement');
      await hand.press('Demander la dépense');
      await hand.sees('Il y a un problème', 'Attendu :', 'À faire :', "Rien n'a été enregistré.");
      for (const [label, text] of [['Ce qui est payé 1', 'Tissu'], ['Montant 1', '30 000'], ['Fournisseur', 'Commerçants du marché'], ['Fonds', 'Fonds de roulement']]) {
        assert.equal(await hand.holds(label), text);
      }
      await hand.end();
    },
    typed: [`kay-tresoriere record expense --leave kay-21-0001 --from cash-box/kay-caisse --fund kay-roulement --supplier kay-marche --lines purpose=Tissu,amount=30000`],
    refused: 'expense/beyond-ceiling',
  },
  {
    name: 'a sharing simulated, voted, distributed and paid',
    async go(enter) {
      const hand = await enter('secretary');
      await hand.press('Affectation des recettes');
      await hand.press('Simuler', 'Couture de Kayes');
      await hand.sees("Rien n'est enregistré : c'est un essai.", 'À répartir');
      await hand.press('Mettre aux voix');
      await convene(hand, 'Bureau du chef', 'Partage');
      await attend(hand, ['Souleymane Sangaré', 'Oumar Maïga', 'Mariam Fofana'], ['Souleymane Keïta', 'Abdoulaye Sissoko', 'Aminata Doumbia']);
      // The question came along from the simulation.
      await hand.press('Mettre aux voix');
      await hand.press('Tous pour');
      await hand.press('Dépouiller');
      await hand.sees('Adoptée');
      const treasurer = await minute(hand, enter, 'KAY-2021-000002', 'Bureau du chef');
      await hand.end();
      await treasurer.press('Baara');
      await treasurer.press('Affectation des recettes');
      await treasurer.press('Simuler', 'Couture de Kayes');
      await treasurer.press('Enregistrer le partage');
      await treasurer.sees("C'est noté et cela attend un visa");
      await treasurer.press('Baara');
      await treasurer.press('Affectation des recettes');
      await treasurer.sees('Attendent un visa', "Répartition, Couture de Kayes, jusqu'au 28/02/2021");
      const chair = await enter('chair');
      await chair.press('Attend mon visa : 1');
      await chair.press('Répartition, Mariam Fofana');
      await chair.press('Donner mon visa');
      await chair.sees('Visa donné');
      await treasurer.press('Baara');
      await treasurer.press('Affectation des recettes');
      await treasurer.sees('Partages à payer');
      await treasurer.press("Couture de Kayes, jusqu'au 28/02/2021");
      await treasurer.press('Payer quelques personnes');
      await treasurer.fill('Fatoumata Tounkara', '2 600');
      await treasurer.pick('Payé depuis', 'Caisse du comité');
      await treasurer.press('Payer ces personnes');
      await treasurer.sees("C'est noté et cela attend un visa");
      await chair.press('Baara');
      await chair.press('Attend mon visa : 1');
      await chair.press('Paie des pécules, Mariam Fofana');
      await chair.press('Donner mon visa');
      await chair.sees('Visa donné', '2 600 F');
      await chair.end();
      await treasurer.press('Baara');
      await treasurer.press('Affectation des recettes');
      await treasurer.press("Couture de Kayes, jusqu'au 28/02/2021");
      await treasurer.sees('35 000 F', '2 600 F', '32 400 F');
      await treasurer.end();
    },
    typed: [
      `kay-secretaire record convocation --on ${TODAY} --place "Bureau du chef" --session ordinary --agenda Partage`,
      `kay-secretaire record presence --meeting kay-21-0002 ${there(['maire', 'secretaire', 'tresoriere'])}`,
      `kay-secretaire record motion --meeting kay-21-0002 --about distribution --title "Partage des ventes de Couture de Kayes jusqu'au 28/02/2021" --ceiling 35000`,
      'kay-secretaire record vote --motion kay-21-0003 --consensus',
      'kay-secretaire record motion-close --motion kay-21-0003',
      ...minuted('kay-21-0002'),
      'kay-tresoriere record distribution --leave kay-21-0002 --unit workshop/kay-couture --until 2021-02-28',
      'kay-maire endorse $seq',
      'kay-tresoriere record payout --leave kay-21-0002 --distribution kay-21-0001 --place kay-caisse --lines person=kay-20-0058,amount=2600',
      'kay-maire endorse $seq',
    ],
  },
  {
    name: 'the cash is counted by two people, each alone, and the day is closed',
    async go(enter) {
      const first = await enter('treasurer');
      await first.press('Compter la caisse ou le magasin');
      await first.sees('Doit rester', CASH);
      await first.press('Compter');
      await first.sees('Premier comptage');
      await pieces(first);
      await first.press('Faire mon total');
      await first.sees(`Total ${CASH}`);
      await first.press('Remettre mes chiffres');
      await first.sees('Chiffres de Mariam Fofana remis et cachés');
      await first.misses(CASH);
      const second = await enter('secretary');
      await second.press('Compter la caisse ou le magasin');
      await second.sees("Comptage en cours : aucun chiffre n'est montré.");
      await second.misses(CASH);
      await second.press('Continuer le comptage');
      await second.sees('Second comptage');
      await pieces(second);
      await second.press('Remettre mes chiffres');
      await second.sees('Mariam Fofana et Oumar Maïga ont compté.');
      await first.press('Caisse');
      await first.press('Continuer le comptage');
      await first.press('Comparer les comptages');
      await first.sees('Comptage terminé', CASH, 'Écart\n0 F');
      await first.press('Clôturer la journée');
      await first.sees("C'est noté et cela attend un visa");
      await second.press('Baara');
      await second.press('Attend mon visa : 1');
      await second.press('Clôture, Mariam Fofana');
      await second.press('Donner mon visa');
      await second.sees('Visa donné');
      await second.end();
      await first.press('Baara');
      await first.press('Compter la caisse ou le magasin');
      await first.press('Feuille de caisse');
      await first.sees('Total du jour', `Compté : ${CASH}`, 'Mariam Fofana, Oumar Maïga', 'KAY-2021-000001');
      await first.end();
    },
    typed: [
      'kay-tresoriere record count-begin --place cash-box/kay-caisse',
      `kay-tresoriere record count-first --count kay-21-0001 --figures "${FIGURES}"`,
      `kay-secretaire record count-second --count kay-21-0001 --figures "${FIGURES}"`,
      'kay-tresoriere record count-close --count kay-21-0001',
      `kay-tresoriere close cash-box-day --place cash-box/kay-caisse --until ${TODAY}`,
      'kay-secretaire endorse $seq',
    ],
  },
];
