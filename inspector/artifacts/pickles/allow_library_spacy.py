"""Tier two, spaCy: documents, vocabularies and pipelines.

spaCy pickles a vocabulary and a document with byte strings inside that are pickles themselves (``srsly`` with
cloudpickle); those are judged like any other pickle that loading unpickles.
"""

from __future__ import annotations

CLASSES = """
confection._config: Config
spacy.lookups: Lookups Table
spacy.strings: StringStore
spacy.tokens._dict_proxies: SpanGroups
spacy.training.example: Example
spacy.vectors: Vectors
spacy.lang.af: Afrikaans
spacy.lang.am: Amharic
spacy.lang.ar: Arabic
spacy.lang.az: Azerbaijani
spacy.lang.bg: Bulgarian
spacy.lang.bn: Bengali
spacy.lang.bo: Tibetan
spacy.lang.ca: Catalan
spacy.lang.cs: Czech
spacy.lang.da: Danish
spacy.lang.de: German
spacy.lang.dsb: LowerSorbian
spacy.lang.el: Greek
spacy.lang.en: English
spacy.lang.es: Spanish
spacy.lang.et: Estonian
spacy.lang.eu: Basque
spacy.lang.fa: Persian
spacy.lang.fi: Finnish
spacy.lang.fo: Faroese
spacy.lang.fr: French
spacy.lang.ga: Irish
spacy.lang.gd: Scottish
spacy.lang.grc: AncientGreek
spacy.lang.gu: Gujarati
spacy.lang.he: Hebrew
spacy.lang.hi: Hindi
spacy.lang.hr: Croatian
spacy.lang.hsb: UpperSorbian
spacy.lang.ht: HaitianCreole
spacy.lang.hu: Hungarian
spacy.lang.hy: Armenian
spacy.lang.id: Indonesian
spacy.lang.is: Icelandic
spacy.lang.it: Italian
spacy.lang.ja: Japanese
spacy.lang.kmr: Kurmanji
spacy.lang.kn: Kannada
spacy.lang.ko: Korean
spacy.lang.ky: Kyrgyz
spacy.lang.la: Latin
spacy.lang.lb: Luxembourgish
spacy.lang.lg: Luganda
spacy.lang.lij: Ligurian
spacy.lang.lt: Lithuanian
spacy.lang.lv: Latvian
spacy.lang.mk: Macedonian
spacy.lang.ml: Malayalam
spacy.lang.mr: Marathi
spacy.lang.ms: Malay
spacy.lang.nb: Norwegian
spacy.lang.ne: Nepali
spacy.lang.nl: Dutch
spacy.lang.nn: NorwegianNynorsk
spacy.lang.pl: Polish
spacy.lang.pt: Portuguese
spacy.lang.ro: Romanian
spacy.lang.ru: Russian
spacy.lang.sa: Sanskrit
spacy.lang.si: Sinhala
spacy.lang.sk: Slovak
spacy.lang.sl: Slovenian
spacy.lang.sq: Albanian
spacy.lang.sr: Serbian
spacy.lang.sv: Swedish
spacy.lang.ta: Tamil
spacy.lang.te: Telugu
spacy.lang.th: Thai
spacy.lang.ti: Tigrinya
spacy.lang.tl: Tagalog
spacy.lang.tn: Setswana
spacy.lang.tr: Turkish
spacy.lang.tt: Tatar
spacy.lang.uk: Ukrainian
spacy.lang.ur: Urdu
spacy.lang.vi: Vietnamese
spacy.lang.xx: MultiLanguage
spacy.lang.yo: Yoruba
spacy.lang.zh: Chinese
"""

BUILDERS = """
spacy.matcher.matcher: unpickle_matcher
spacy.matcher.phrasematcher: unpickle_matcher
spacy.morphology: unpickle_morphology
spacy.tokens.span_group: SpanGroup
spacy.vectors: unpickle_vectors
"""

# Functions of words and texts that a vocabulary and a language keep.
FUNCTIONS = """
spacy.lang.lex_attrs: is_punct is_ascii like_num is_bracket is_quote is_left_punct is_right_punct
    is_currency like_email like_url word_shape lower prefix suffix is_alpha is_digit is_lower is_space
    is_title is_upper is_stop get_lang
spacy.matcher.levenshtein: levenshtein_compare
spacy.util: _get_attr_unless_lookup raise_error
spacy.lang.am.lex_attrs: like_num
spacy.lang.ar.lex_attrs: like_num
spacy.lang.az.lex_attrs: like_num
spacy.lang.bg.lex_attrs: like_num
spacy.lang.bo.lex_attrs: like_num
spacy.lang.ca.lex_attrs: like_num
spacy.lang.ca.syntax_iterators: noun_chunks
spacy.lang.cs.lex_attrs: like_num
spacy.lang.da.lex_attrs: like_num
spacy.lang.da.syntax_iterators: noun_chunks
spacy.lang.de.syntax_iterators: noun_chunks
spacy.lang.dsb.lex_attrs: like_num
spacy.lang.el.lex_attrs: like_num
spacy.lang.el.syntax_iterators: noun_chunks
spacy.lang.en.lex_attrs: like_num
spacy.lang.en.syntax_iterators: noun_chunks
spacy.lang.es.lex_attrs: like_num
spacy.lang.es.syntax_iterators: noun_chunks
spacy.lang.eu.lex_attrs: like_num
spacy.lang.fa.lex_attrs: like_num
spacy.lang.fa.syntax_iterators: noun_chunks
spacy.lang.fi.lex_attrs: like_num
spacy.lang.fi.syntax_iterators: noun_chunks
spacy.lang.fr.lex_attrs: like_num
spacy.lang.fr.syntax_iterators: noun_chunks
spacy.lang.grc.lex_attrs: like_num
spacy.lang.he.lex_attrs: like_num
spacy.lang.hi.lex_attrs: like_num norm
spacy.lang.hsb.lex_attrs: like_num
spacy.lang.ht.lex_attrs: like_num
spacy.lang.ht.syntax_iterators: noun_chunks
spacy.lang.hy.lex_attrs: like_num
spacy.lang.id.lex_attrs: like_num
spacy.lang.id.syntax_iterators: noun_chunks
spacy.lang.it.syntax_iterators: noun_chunks
spacy.lang.ja.syntax_iterators: noun_chunks
spacy.lang.kmr.lex_attrs: like_num
spacy.lang.ko.lex_attrs: like_num
spacy.lang.ky.lex_attrs: like_num
spacy.lang.la.lex_attrs: like_num
spacy.lang.la.syntax_iterators: noun_chunks
spacy.lang.lb.lex_attrs: like_num
spacy.lang.lg.lex_attrs: like_num
spacy.lang.lt.lex_attrs: like_num
spacy.lang.mk.lex_attrs: like_num
spacy.lang.ml.lex_attrs: like_num
spacy.lang.ms.lex_attrs: like_num
spacy.lang.ms.syntax_iterators: noun_chunks
spacy.lang.nb.syntax_iterators: noun_chunks
spacy.lang.ne.lex_attrs: like_num norm
spacy.lang.nl.lex_attrs: like_num
spacy.lang.nl.syntax_iterators: noun_chunks
spacy.lang.pl.lex_attrs: like_num
spacy.lang.pt.lex_attrs: like_num
spacy.lang.pt.syntax_iterators: noun_chunks
spacy.lang.ro.lex_attrs: like_num
spacy.lang.ru.lex_attrs: like_num
spacy.lang.sa.lex_attrs: like_num
spacy.lang.si.lex_attrs: like_num
spacy.lang.sk.lex_attrs: like_num
spacy.lang.sl.lex_attrs: like_num
spacy.lang.sr.lex_attrs: like_num
spacy.lang.sv.lex_attrs: like_num
spacy.lang.sv.syntax_iterators: noun_chunks
spacy.lang.ta.lex_attrs: like_num
spacy.lang.te.lex_attrs: like_num
spacy.lang.th.lex_attrs: like_num
spacy.lang.ti.lex_attrs: like_num
spacy.lang.tl.lex_attrs: like_num
spacy.lang.tn.lex_attrs: like_num
spacy.lang.tr.lex_attrs: like_num
spacy.lang.tr.syntax_iterators: noun_chunks
spacy.lang.tt.lex_attrs: like_num
spacy.lang.uk.lex_attrs: like_num
spacy.lang.ur.lex_attrs: like_num
spacy.lang.vi.lex_attrs: like_num
spacy.lang.yo.lex_attrs: like_num
spacy.lang.zh.lex_attrs: like_num
"""

READ_FROM = "spacy 3.8.18"
