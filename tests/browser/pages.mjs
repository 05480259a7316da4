// Every page, by who sees it.
export const PAGES = {
  nobody: ['/connexion', '/connexion?site=ken', '/connexion?site=ken&qui=person/ken-chef', '/sante'],
  'ken-cultures': ['/', '/recoltes/nouvelle', '/pointage', '/noter', '/noter/sowing', '/noter/harvest', '/nulle-part'],
  'ken-magasinier': ['/noter/goods-in', '/noter/goods-issue', '/noter/count-begin', '/chose/store/ken-magasin', '/chercher?q=mais', '/journal'],
  'kay-tresoriere': ['/ventes/nouvelle', '/caisse', '/papiers/recus', '/depenses/nouvelle', '/decisions', '/affectations', '/noter/sale', '/aide', '/aide/sale'],
  'kay-secretaire': ['/reunions', '/reunions/nouvelle', '/qui-peut-quoi'],
  'kay-magasinier': ['/magasin', '/papiers/feuilles/pesee', '/grille/goods-in'],
  'ken-chef': ['/tableau-de-bord', '/visas', '/rapports', '/rapports/harvest?periode=2020/2021', '/rapports/indicators?periode=2020',
    '/rapports/balances?periode=2020', '/rapports/exceptions?periode=2020', '/pourquoi/harvest/cereals.weighed?periode=2020/2021', '/liste', '/liste/lot', '/chose/facility/ken'],
};
