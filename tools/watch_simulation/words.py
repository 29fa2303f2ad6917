"""Words: sentences, subjects and names that nobody wrote, in three languages, for the mail of simulated customers."""

TRADES = {
    "garden": ("Samen Rosen Kompost Gewächshaus Obstbaum Hochbeet", "seeds roses compost greenhouse orchard hedge",
               "semillas rosas abono invernadero huerto seto"),
    "books": ("Roman Lesung Verlag Hörbuch Buchreihe Autorin", "novel reading publisher audiobook series author",
              "novela lectura editorial audiolibro colección autora"),
    "bikes": ("Fahrrad Bremse Lastenrad Werkstatt Helm Radtour", "bicycle brakes trailer workshop helmet tour",
              "bicicleta freno remolque taller casco ruta"),
    "school": ("Kurs Prüfung Stipendium Lehrplan Semester Vortrag", "course exam scholarship curriculum term lecture",
               "curso examen beca programa semestre conferencia"),
    "software": ("Version Schnittstelle Datenbank Bericht Modul Vorlage", "release interface database report module dashboard",
                 "versión interfaz datos informe módulo panel"),
    "food": ("Käse Rezept Olivenöl Brot Marktstand Menü", "cheese recipe olive bread market menu",
             "queso receta aceite pan mercado menú"),
    "charity": ("Spende Patenschaft Brunnen Ehrenamt Nothilfe Projekt", "donation sponsorship well volunteers relief project",
                "donación padrinazgo pozo voluntarios ayuda proyecto"),
    "travel": ("Reise Hütte Fähre Wanderung Zimmer Küste", "journey cabin ferry hike room coast",
               "viaje cabaña barco excursión habitación costa"),
    "clinic": ("Praxis Termin Vorsorge Physiotherapie Sprechstunde Impfung",
               "clinic checkup prevention therapy consultation vaccination",
               "clínica revisión prevención terapia consulta vacuna"),
    "music": ("Konzert Orchester Probe Abonnement Chor Saal", "concert orchestra rehearsal subscription choir hall",
              "concierto orquesta ensayo abono coro sala"),
    "tools": ("Bohrer Säge Werkbank Schraube Ersatzteil Schleifer", "drill saw workbench screws spares sander",
              "taladro sierra banco tornillos repuestos lijadora"),
    "fashion": ("Mantel Leinen Kollektion Schuhe Größe Atelier", "coat linen collection shoes sizes studio",
                "abrigo lino colección zapatos tallas estudio"),
}
LANGUAGES = ("de", "en", "es")

_LEXICON = {
    "en": {
        "adj": "new quiet early green sturdy bright long careful local simple warm fresh small honest patient regional clever "
               "steady light rare gentle broad useful familiar handy modest spare open northern late dry even plain".split(),
        "noun": "season team village morning idea visitors garden neighbours idea weekend guide story harvest plan members photo "
                "evening corner summer winter partner delivery catalogue kitchen meeting question answer picture street letter "
                "family number hour programme shelf window table river bridge museum colleague craft detail budget".split(),
        "verb": "opens follows shows keeps explains brings carries repairs collects plans improves compares welcomes tests "
                "describes supports replaces prepares arranges offers measures remembers paints gathers shortens".split(),
        "adv": "slowly again together usually finally nearly quietly often mostly already perhaps carefully twice daily".split(),
        "when": "next week;this month;on Thursday;after the holidays;before the summer;in the spring;every evening;since January;"
                "at the end of the quarter;over the weekend;from nine to five;as long as stock lasts".split(";"),
        "frame": ("The {adj} {trade} {verb} the {noun} {when}.",
                  "Our {noun} {adv} {verb} a {adj} {noun2}, and the {trade} {verb2} it.",
                  "Many of you asked about the {trade}; a {adj} {noun} {verb} it {adv}.",
                  "{When} the {noun} {verb} every {adj} {noun2}.", "Who needs a {adj} {trade} finds it beside the {noun}.",
                  "Between {noun} and {noun2} the {trade} {adv} {verb} us.",
                  "A {adj} {noun2} {verb} what the {trade} {verb2} {when}.",
                  "We looked at {number} kinds of {trade} and the {adj} one {verb} the {noun}."),
        "subject": ("{Trade} and a {adj} {noun}", "The {adj} {noun} {when}", "News from the {noun}: {trade}",
                    "{number} ideas for your {trade}",
                    "What the {noun} {verb}", "Your {trade} {when}"),
        "more": ("Read more", "To the shop", "See details", "Find out more", "Book a place"),
        "leave": "Unsubscribe", "hello": "Hello", "bye": "Kind regards",
    },
    "de": {
        "adj": "neue ruhige frühe grüne feste helle lange sorgsame einfache warme frische kleine ehrliche regionale "
                "kluge stetige "
               "leichte seltene sanfte breite nützliche vertraute handliche offene späte trockene schlichte bunte kühle".split(),
        "noun": "Saison Runde Woche Idee Ernte Gruppe Geschichte Küche Lieferung Frage Antwort Straße Familie Stunde "
                "Brücke Kollegin "
                "Zeitung Auswahl Ausstellung Anleitung Nachbarschaft Sammlung Stadt Liste Reihe Tafel Ecke Prüfung "
                "Planung".split(),
        "verb": "öffnet zeigt erklärt bringt trägt sammelt plant verbessert vergleicht begrüßt beschreibt unterstützt ersetzt "
                "ordnet misst malt verkürzt begleitet erreicht ergänzt".split(),
        "adv": "langsam wieder zusammen endlich beinahe leise oft meistens schon vielleicht sorgfältig zweimal täglich".split(),
        "when": "nächste Woche;in diesem Monat;am Donnerstag;nach den Ferien;vor dem Sommer;im Frühling;jeden Abend;seit Januar;"
                "am Ende des Quartals;am Wochenende;solange der Vorrat reicht".split(";"),
        "frame": ("Die {adj} {noun} {verb} {when} unsere {trade}.",
                  "Unsere {noun} {verb} {adv} eine {adj} {noun2}, dazu kommt {trade}.",
                  "Viele fragten nach {trade}; die {adj} {noun} {verb} das {adv}.",
                  "{When} {verb} die {noun} jede {adj} {noun2}.",
                  "Zwischen {noun} und {noun2} {verb} {trade} uns {adv}.",
                  "Wir sahen {number} Arten von {trade}, und die {adj} {verb} die {noun}.",
                  "Eine {adj} {noun2} {verb}, was {trade} {when} {verb2}."),
        "subject": ("{Trade} und eine {adj} {noun}", "Die {adj} {noun} {when}", "Neues aus der {noun}: {trade}",
                    "{number} Ideen: {trade}",
                    "Was die {noun} {verb}", "{Trade} {when}"),
        "more": ("Weiterlesen", "Zum Angebot", "Mehr dazu", "Platz sichern", "Ansehen"),
        "leave": "Abmelden", "hello": "Guten Tag", "bye": "Viele Grüße",
    },
    "es": {
        "adj": "nueva tranquila verde firme clara larga sencilla fresca honesta regional estable ligera rara suave amplia útil "
               "familiar modesta abierta tardía seca lenta local amable breve".split(),
        "noun": "temporada semana idea cosecha historia cocina entrega pregunta respuesta calle familia hora reunión "
                "guía foto tarde "
                "esquina vecina lista mesa ventana colección ciudad carta visita ruta tienda".split(),
        "verb": "abre muestra explica trae lleva reúne planea mejora compara recibe describe apoya cambia prepara "
                "ordena ofrece mide "
                "pinta acorta recuerda".split(),
        "adv": "despacio otra vez juntos por fin casi a menudo ya quizás con cuidado cada día".split(" "),
        "when": "la próxima semana;este mes;el jueves;después de las fiestas;antes del verano;en primavera;cada tarde;"
                "desde enero;"
                "el fin de semana;hasta agotar existencias".split(";"),
        "frame": ("La {adj} {noun} {verb} {when} nuestra {trade}.", "Nuestra {noun} {verb} {adv} una {adj} {noun2} con {trade}.",
                  "Muchos preguntan por {trade}; la {adj} {noun} lo {verb}.", "{When} la {noun} {verb} cada {adj} {noun2}.",
                  "Entre {noun} y {noun2} la {trade} nos {verb} {adv}.",
                  "Vimos {number} clases de {trade} y la {adj} {verb} la {noun}."),
        "subject": ("{Trade} y una {adj} {noun}", "La {adj} {noun} {when}", "Noticias de la {noun}: {trade}",
                    "{number} ideas de {trade}",
                    "Lo que {verb} la {noun}"),
        "more": ("Leer más", "A la tienda", "Ver detalles", "Reservar", "Saber más"),
        "leave": "Darse de baja", "hello": "Hola", "bye": "Un saludo",
    },
}
FIRST = ("anna ben carla david elena felix greta hugo ines jonas karin leo maria nils olga paul rosa stefan tina ulrich "
        "vera walter "
         "yara zoe marta pedro lucia diego helen james emily oliver grace henry alice george ruth arthur clara simon "
         "julia oscar").split()
LAST = ("berger fuchs klein lang maurer neumann peters richter sommer vogt weber winter ortega ruiz molina castro vidal "
        "prieto reyes "
        "campos baker carter ellis foster hughes marsh porter reed shaw turner walsh young abbott doyle flynn hale "
        "keane lowe moss").split()
SYLLABLES = ("ka li mo ra ta ves nor bel sun dor fin gal hel jun kor lum mer nal os per quin rol sel tor ul van wil yar"
             " zan bri cle dra").split()


def trade_words(trade, language):
    """The words of a trade in a language."""
    return TRADES[trade][LANGUAGES.index(language)].split()


def word(language, kind):
    """A fixed word of a language: "leave", "hello", "bye"."""
    return _LEXICON[language][kind]


def _fill(random, frame, language, trade):
    lexicon = _LEXICON[language]
    when = random.choice(lexicon["when"])
    subject = random.choice(trade_words(trade, language))
    return frame.format(adj=random.choice(lexicon["adj"]), noun=random.choice(lexicon["noun"]),
                        noun2=random.choice(lexicon["noun"]),
                        verb=random.choice(lexicon["verb"]), verb2=random.choice(lexicon["verb"]),
                        adv=random.choice(lexicon["adv"]),
                        when=when, When=when[0].upper() + when[1:], trade=subject, Trade=subject[0].upper() + subject[1:],
                        number=random.randrange(3, 30))


def sentences(random, language, trade, count):
    """So many sentences in a row."""
    frames = _LEXICON[language]["frame"]
    return " ".join(_fill(random, random.choice(frames), language, trade) for _ in range(count))


def text_of_words(random, language, trade, words):
    """About so many words."""
    text = sentences(random, language, trade, max(1, words // 11 + 1)).split()
    return " ".join(text[:max(words, 3)])


def subject_line(random, language, trade):
    """A subject as newsletters have it."""
    return _fill(random, random.choice(_LEXICON[language]["subject"]), language, trade)


def call_to_action(random, language):
    """Words of a button."""
    return random.choice(_LEXICON[language]["more"])


def made_up_name(random, syllables=3):
    """A name that means nothing: for brands and their domains."""
    return "".join(random.choice(SYLLABLES) for _ in range(syllables))
