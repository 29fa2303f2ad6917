// What texts are about: the phrases of topics, tags, entities and signs. Written by hand, in the languages that mail to Europe
// and America has; a phrase is compared after normal_text(), so accents and capitals do not matter.
#include "rules/text_lexicon.hpp"

#include <array>

namespace tocsin::rules {

namespace {

constexpr auto topic = ConceptKind::topic;
constexpr auto tag = ConceptKind::tag;
constexpr auto entity = ConceptKind::entity;
constexpr auto sign = ConceptKind::sign;

constexpr std::array words_of_concepts = {
    // ---- topics (reference 7.5): a phrase that alone names the topic weighs 3, one that goes with it 1 ------------------
    ConceptRow{topic, "Advertising and Promotions", 2,
               "% off|special offer|limited time offer|discount code|coupon code|promo code|free "
               "shipping|shop now|buy now|best price|"
               "lowest prices|clearance|black friday|cyber monday|save up to|exclusive offer|exclusive "
               "deal|deals of the|flash sale|"
               "sonderangebot|rabatt|gutschein|jetzt kaufen|jetzt sichern|jetzt bestellen|nur heute|oferta "
               "especial|descuento|compra ahora|oferta exclusiva|desconto|"
               "promocao|aproveite|offre speciale|remise|reduction|profitez|offerta "
               "speciale|sconto|approfitta|korting|aanbieding"},
    ConceptRow{topic, "Newsletters and Digests", 3,
               "newsletter|weekly digest|daily digest|weekly roundup|this weeks issue|in this issue|view "
               "this email in your browser|"
               "view in browser|view online|read more|top stories|unsubscribe from this newsletter|im "
               "browser ansehen|online version|boletin|infolettre|"
               "nieuwsbrief|lettre d information|you are receiving this email because|you received this "
               "email because|manage preferences|email preferences"},
    ConceptRow{topic, "Security and Authentication", 3,
               "password reset|reset your password|reset password|verification code|security code|one time "
               "password|one time code|two factor|"
               "multi factor|security alert|new sign in|unusual sign in|unusual activity|unusual "
               "signin|suspicious activity|unauthorized access|verify your account|"
               "verify your identity|account has been suspended|account has been locked|account "
               "suspended|password expires|password will expire|password expired|"
               "confirm your account|confirm your identity|login attempt|log in attempt|sign in "
               "attempt|recovery phrase|seed phrase|secret phrase|"
               "passwort|kennwort|sicherheitscode|sicherheitsprufung|verifizieren|konto gesperrt|mot de "
               "passe|code de verification|contrasena|"
               "codigo de verificacion|senha|codigo de verificacao|password dimenticata|codice di "
               "verifica|wachtwoord|verificatiecode"},
    ConceptRow{topic, "Financial Communications", 2,
               "bank account|bank transfer|wire transfer|account statement|your statement|balance|credit "
               "card|debit card|interest rate|loan|mortgage|"
               "investment|investor|portfolio|dividend|transaction|transfer of "
               "funds|funds|stock|shares|earnings|tax return|bitcoin|crypto|"
               "cryptocurrency|kontoauszug|uberweisung|kredit|bankkonto|guthaben|virement|compte "
               "bancaire|transferencia|cuenta bancaria|"
               "conta bancaria|bonifico|conto corrente|rekening"},
    ConceptRow{topic, "Secure Message", 4,
               "secure message|encrypted message|secure email|encrypted email|secure document|protected "
               "message|confidential message|"
               "read the message|secure mail|verschlusselte nachricht|sichere nachricht"},
    ConceptRow{topic, "Reminders and Notifications", 2,
               "reminder|this is a reminder|friendly reminder|final notice|last notice|second "
               "notice|notification|do not forget|dont forget|expires|"
               "will expire|is due|due date|overdue|upcoming|action required|erinnerung|letzte "
               "mahnung|benachrichtigung|rappel|recordatorio|"
               "lembrete|notificacao|notificacion|promemoria|herinnering"},
    ConceptRow{topic, "Payment Information", 3,
               "payment|paid|payment method|payment details|payment information|remittance|payment "
               "received|payment failed|payment declined|"
               "billing information|billing details|direct deposit|ach|refund|amount due|amount "
               "paid|zahlung|bezahlung|zahlungsmethode|lastschrift|paiement|"
               "remboursement|pago|reembolso|pagamento|rimborso|betaling"},
    ConceptRow{topic, "Events and Webinars", 3,
               "webinar|register now|conference|workshop|keynote|speakers|join us|meetup|symposium|rsvp|save "
               "the date|agenda|registration is open|"
               "veranstaltung|konferenz|tagung|conference|evenement|evento|conferencia|congreso|seminar|"
               "invitation to"},
    ConceptRow{topic, "Professional and Career Development", 3,
               "job opening|job offer|position|hiring|resume|curriculum vitae|your "
               "cv|interview|recruiter|recruitment|career|careers|salary|vacancy|"
               "candidate|candidates|work from home|part time job|remote "
               "job|stellenangebot|bewerbung|lebenslauf|emploi|candidature|empleo|"
               "vaga|vagas|curriculo|lavoro|vacature|applicant"},
    ConceptRow{topic, "Request to View Invoice", 5,
               "view invoice|view your invoice|see attached invoice|attached invoice|invoice attached|open "
               "invoice|review the invoice|"
               "find attached the invoice|attached is the invoice|rechnung ansehen|rechnung im anhang|anbei "
               "die rechnung|voir la facture|"
               "ver factura|factura adjunta|fatura em anexo|visualizza fattura|factuur bekijken"},
    ConceptRow{topic, "B2B Cold Outreach", 3,
               "reaching out|i came across your|i noticed your website|our services|we are a leading|we "
               "offer|lead generation|"
               "seo|quick call|schedule a call|15 minute call|increase your sales|would you be "
               "interested|are you interested in|email list|"
               "rank your website|first page of google|web design|app development|manufacturer of|we are "
               "manufacturer|we supply|your company"},
    ConceptRow{topic, "Entertainment and Sports", 3,
               "casino|jackpot|free "
               "spins|freispiele|slots|betting|movie|movies|music|concert|game|games|football|soccer|"
               "baseball|league|"
               "tournament|playlist|streaming|tv shows|festival|tickets|spiele|jeux|juegos|jogos|giochi"},
    ConceptRow{
        topic, "File Sharing and Cloud Services", 3,
        "shared a file|shared a document|shared a folder|has shared|shared with you|view document|view "
        "file|open document|onedrive|sharepoint|"
        "dropbox|google drive|wetransfer|icloud|cloud storage|storage is full|storage full|icloud "
        "storage|download file|download files|"
        "speicher ist voll|speicherplatz|dokument geteilt|partage|almacenamiento|armazenamento|backup"},
    ConceptRow{topic, "Sexually Explicit Messages", 3,
               "sex|sexy|porn|porno|xxx|nude|nudes|naked|horny|hookup|one night stand|adult "
               "entertainment|viagra|cialis|erection|erectile|penis|"
               "masturbating|masturbation|milf|sexual"},
    ConceptRow{topic, "News and Current Events", 2,
               "breaking news|headlines|news alert|president|government|election|reported|according "
               "to|minister|the war|senate|congress|"
               "nachrichten|actualites|noticias|notizie|nieuws|top stories"},
    ConceptRow{topic, "Software and App Updates", 3,
               "release notes|new release|new version|software update|firmware|firmware update|new "
               "features|changelog|update available|upgrade now|bug fixes|"
               "patch|version|app update|neue version|mise a jour|actualizacion|atualizacao|aggiornamento"},
    ConceptRow{topic, "Romance", 3,
               "lonely|single women|single ladies|dating|soulmate|sweetheart|looking for love|my "
               "love|romantic|love story|"
               "find love|serious relationship|meet singles|my photo|russian women|ukrainian "
               "women|flirt|rencontre|namoro"},
    ConceptRow{topic, "Customer Service and Support", 3,
               "support ticket|your ticket|ticket number|support request|customer support|customer "
               "service|help desk|helpdesk|support team|"
               "your request has been|case number|how did we do|rate our "
               "service|kundenservice|kundendienst|service client|atencion al cliente|"
               "atendimento|assistenza clienti|klantenservice|reply above this line"},
    ConceptRow{
        topic, "Health and Wellness", 3,
        "weight loss|lose "
        "weight|diet|health|healthy|medicine|medication|pharmacy|doctor|doctors|supplement|supplements|"
        "vitamin|blood sugar|blood pressure|"
        "keto|cbd|pain "
        "relief|prostate|tinnitus|fitness|abnehmen|gewicht|gesundheit|sante|salud|saude|emagrecer|salute|"
        "diabetes|hearing|screening|belly fat|joints"},
    ConceptRow{topic, "Order Confirmations", 4,
               "order confirmation|your order|order number|thank you for your order|thanks for your "
               "order|order has been|order summary|order details|"
               "thank you for your purchase|booking confirmation|booking reference|bestellbestatigung|ihre "
               "bestellung|bestellnummer|buchungsbestatigung|"
               "votre commande|su pedido|tu pedido|seu pedido|il tuo ordine|uw bestelling|je bestelling"},
    ConceptRow{topic, "Educational and Research", 2,
               "university|course|courses|students|student|research|professor|paper|journal|study|training|"
               "lecture|thesis|academic|"
               "online course|learn "
               "how|tutorial|universitat|forschung|universite|universidad|universidade|call for papers"},
    ConceptRow{topic, "Benefit Enrollment", 4,
               "open enrollment|benefits enrollment|employee benefits|health insurance|401k|payroll|salary "
               "increase|salary review|human resources|"
               "hr department|annual leave|performance review|employee handbook|bonus payment|benefit "
               "plan|insurance plan"},
    ConceptRow{
        topic, "Voicemail Call and Missed Call Notifications", 5,
        "voicemail|voice mail|voice message|missed call|audio message|listen to message|play message|new "
        "voice|caller id|"
        "sprachnachricht|verpasster anruf|message vocal|mensaje de voz|mensagem de voz|left you a message"},
    ConceptRow{topic, "E-Signature", 5,
               "docusign|e signature|electronic signature|electronically sign|review and sign|sign the "
               "document|please sign|signature request|"
               "signature requested|ready for your signature|awaiting your signature|adobe "
               "sign|hellosign|elektronisch unterschreiben|zur unterschrift"},
    ConceptRow{topic, "Travel and Transportation", 3,
               "flight|flights|hotel|hotels|airline|airport|boarding pass|boarding|itinerary|your "
               "trip|travel|check in|departure|arrival|passenger|car rental|"
               "reservation|vacation|cruise|flug|reise|bahn|voyage|vol|billet|viaje|vuelo|viagem|voo|viaggio|"
               "volo|treno|reis|vlucht|timeshare"},
    ConceptRow{topic, "Political Mail", 3,
               "democrats|republicans|republican|campaign|vote "
               "for|voters|petition|congressman|senator|donate today|chip in|ballot|"
               "candidate for|sign the petition|election day|trump|biden"},
    ConceptRow{
        topic, "Bounce Back and Delivery Failure Notifications", 5,
        "delivery status notification|undeliverable|undelivered mail|mail delivery failed|delivery "
        "failure|could not be delivered|"
        "returned to sender|mailer daemon|delivery has failed|message not delivered|delivery "
        "incomplete|pending messages|"
        "unzustellbar|user unknown|address rejected|mailbox unavailable|permanent error|delivery subsystem"},
    ConceptRow{topic, "Legal and Compliance", 3,
               "terms of service|privacy policy|terms and "
               "conditions|agreement|contract|lawsuit|attorney|lawyer|legal action|court|subpoena|"
               "copyright "
               "infringement|trademark|gdpr|compliance|regulation|datenschutz|nutzungsbedingungen|agb|"
               "rechtsanwalt|avocat|abogado|"
               "advogado|avvocato|intellectual property"},
    ConceptRow{topic, "Shipping and Package", 4,
               "your package|your parcel|package delivery|parcel|tracking number|track your package|track "
               "your order|shipment|shipped|out for delivery|"
               "delivery address|delivery attempt|delivery fee|customs|ihr "
               "paket|paket|sendung|sendungsnummer|zustellung|lieferung|votre colis|colis|"
               "livraison|su "
               "paquete|paquete|envio|encomenda|entrega|pacco|spedizione|consegna|pakket|bezorging|zending|"
               "dhl|fedex|usps"},
    ConceptRow{topic, "Purchase Orders", 5,
               "purchase order|request for quotation|request for quote|rfq|quotation|new po|attached po|po "
               "number|bestellauftrag|orden de compra|"
               "ordem de compra|ordine di acquisto|bon de commande|inkooporder|price list|best price and"},
    ConceptRow{topic, "Out of Band Pivot", 4,
               "whatsapp|telegram|text me|cell number|phone number|cell phone number|personal number|your "
               "mobile number|contact me on|"
               "private email|personal email|reply to this email|reply me|signal|wechat|skype"},
    ConceptRow{topic, "Government Services", 3,
               "irs|internal revenue|social security|tax refund|medicare|medicaid|hmrc|dmv|toll|department "
               "of|federal|government|ministry|"
               "finanzamt|steuer|steuererklarung|impots|ameli|agencia tributaria|receita federal|agenzia "
               "delle entrate|belastingdienst|visa application|"
               "stimulus|united nations"},
    ConceptRow{topic, "Charity and Non-Profit", 3,
               "donation|donate|charity|charitable|nonprofit|non "
               "profit|foundation|orphanage|fundraising|fundraiser|spende|spenden|dons|"
               "donacion|doacao|donazione|humanitarian|relief fund"},
    ConceptRow{topic, "Contact List Solicitation", 5,
               "attendee list|attendees list|email list|mailing list of|contact list|contacts list|list of "
               "attendees|users list|"
               "visitors list|customer list|verified contacts|database of"},
    ConceptRow{topic, "Out of Office and Automatic Replies", 5,
               "out of office|out of the office|automatic reply|auto reply|autoreply|on vacation until|on "
               "leave until|annual leave|maternity leave|will be back|"
               "limited access to email|abwesenheit|abwesenheitsnotiz|nicht im buro|absence du bureau|fuera "
               "de la oficina|fora do escritorio|"
               "fuori sede|afwezig"},
    ConceptRow{topic, "Social Media and Networking", 3,
               "linkedin|facebook|instagram|twitter|tiktok|youtube|friend request|connection "
               "request|followers|following you|tagged you|"
               "mentioned you|new message from|your profile|profile views|commented on|subscribers|subscribe "
               "to our channel"},

    // ---- tags ----------------------------------------------------------------------------------------------------------
    ConceptRow{tag, "invoice", 4,
               "invoice|invoices|rechnung|facture|factura|fatura|fattura|factuur|proforma|faktura"},
    ConceptRow{tag, "invoice", 1,
               "due date|amount due|bill to|billing|subtotal|net 30|vat|mwst|tva|iva|total due|statement of "
               "account"},
    ConceptRow{
        tag, "payment", 3,
        "payment|payments|remittance|wire transfer|bank transfer|direct "
        "deposit|payroll|ach|swift|zahlung|uberweisung|paiement|"
        "virement|pago|transferencia|pagamento|bonifico|betaling|overdue balance|outstanding balance|paid"},
    ConceptRow{tag, "payment", 1,
               "account number|routing number|iban|bank details|refund|charged|credit card|amount"},
    ConceptRow{tag, "purchase_order", 5,
               "purchase order|new po|po number|attached po|our po|bestellauftrag|orden de compra|ordem de "
               "compra|ordine di acquisto|bon de commande"},
    ConceptRow{tag, "purchase_order", 3,
               "rfq|request for quotation|request for quote|quotation|unit price|lead time|moq"},

    // ---- entities ------------------------------------------------------------------------------------------------------
    ConceptRow{
        entity, "request", 1,
        "please click|click here|click below|click the button|click on the link|click the link|please "
        "confirm|please verify|please review|please contact|please call|"
        "please reply|please send|please provide|please find|please let me know|let me know|can you|could "
        "you|would you|i need you to|"
        "i need your|kindly|log in|sign in to|verify your|confirm your|update your|review your|view document|"
        "view the document|download the|open the attached|see attached|see the attached|review the "
        "attached|please advise|please update|please respond|"
        "get back to me|send me|reply with|contact me|contact us|call us|scan the|claim your|activate "
        "your|complete the|fill out|bitte klicken|klicken sie|bitte bestatigen|"
        "bestatigen sie|bitte senden|bitte antworten|jetzt bestatigen|cliquez ici|veuillez|merci "
        "de|confirmez|haga clic|haz clic|por favor|"
        "confirme|clique aqui|clicca qui|conferma|klik hier|bevestig|gelieve"},
    ConceptRow{entity, "urgency", 1,
               "urgent|urgently|immediately|immediate|immediate action|immediate attention|as soon as "
               "possible|asap|right away|right now|today|within 24 hours|within 48 hours|"
               "within 24h|act now|action required|final notice|last chance|final reminder|last "
               "warning|final warning|expires today|expires soon|"
               "expire|will be suspended|will be closed|will be deleted|will be terminated|before it is too "
               "late|time sensitive|deadline|hurry|"
               "limited time|only today|ends soon|at your earliest convenience|promptly|without "
               "delay|dringend|sofort|umgehend|"
               "letzte chance|letzte mahnung|innerhalb von|lauft ab|nur heute|noch "
               "heute|immediatement|urgence|des que possible|derniere chance|"
               "sous 24 heures|urgente|inmediatamente|de inmediato|ultima oportunidad|lo antes "
               "posible|imediatamente|o mais rapido possivel|"
               "ultima chance|hoje|subito|immediatamente|ultimo avviso|entro 24 "
               "ore|onmiddellijk|dringende|laatste kans|binnen 24 uur"},
    ConceptRow{
        entity, "financial", 1,
        "invoice|payment|bank account|bank details|banking information|bank transfer|wire transfer|direct "
        "deposit|account number|"
        "routing number|credit card|gift card|gift "
        "cards|funds|transaction|refund|deposit|withdrawal|balance|wallet|bitcoin|payroll|tax|"
        "salary|loan|inheritance|fund|money|cash|purchase "
        "order|remittance|iban|swift|zahlung|rechnung|uberweisung|konto|guthaben|"
        "kreditkarte|paiement|facture|virement|compte bancaire|carte "
        "bancaire|pago|factura|transferencia|tarjeta|pagamento|fatura|"
        "cartao|conta|fattura|bonifico|carta di credito|betaling|factuur|rekening|donation|compensation"},
    ConceptRow{
        entity, "greeting", 1,
        "dear|hello|hi|hey|good morning|good afternoon|good evening|good day|greetings|hallo|guten tag|guten "
        "morgen|liebe|lieber|"
        "sehr geehrte|sehr geehrter|bonjour|cher|chere|salut|hola|estimado|estimada|buenos dias|buenas "
        "tardes|ola|prezado|prezada|"
        "caro|cara|bom dia|boa tarde|ciao|gentile|buongiorno|beste|geachte|goedendag|moin|hej|dzien dobry"},
    ConceptRow{entity, "salutation", 1,
               "regards|best regards|kind regards|warm regards|best wishes|sincerely|yours sincerely|yours "
               "faithfully|yours truly|sincerely yours|cheers|many thanks|thanks|thank you|"
               "respectfully|best|cordially|mit freundlichen grussen|freundliche grusse|viele grusse|beste "
               "grusse|herzliche grusse|mfg|lg|"
               "cordialement|bien cordialement|sinceres salutations|saludos|saludos cordiales|un "
               "saludo|atentamente|atenciosamente|obrigado|obrigada|"
               "um abraco|cordiali saluti|distinti saluti|saluti|met vriendelijke groet|groeten|vriendelijke "
               "groet|hochachtungsvoll"},
    ConceptRow{
        entity, "disclaimer", 1,
        "this email and any attachments|this e mail and any attachments|this message and any "
        "attachments|intended recipient|intended solely for|intended only for|is confidential|"
        "privileged and confidential|confidentiality notice|confidential information|if you have received "
        "this|received this email in error|received this message in error|"
        "disclaimer|views or opinions|is strictly prohibited|diese e mail enthalt vertrauliche|vertrauliche "
        "informationen|ce message est confidentiel|"
        "este mensaje es confidencial|esta mensagem e confidencial|legally privileged|all rights reserved"},

    ConceptRow{entity, "org", 1,
               "paypal|microsoft|office 365|microsoft "
               "365|outlook|amazon|apple|icloud|netflix|google|facebook|instagram|linkedin|whatsapp|docusign|"
               "adobe|dropbox|"
               "onedrive|sharepoint|dhl|fedex|ups|usps|norton|mcafee|geek squad|best "
               "buy|walmart|costco|coinbase|binance|metamask|ledger|"
               "trust wallet|chase|wells fargo|bank of america|american "
               "express|citibank|hsbc|barclays|sparkasse|volksbank|commerzbank|deutsche bank|"
               "postbank|ing|santander|bradesco|itau|caixa|banco do brasil|nubank|mercado "
               "livre|ebay|spotify|disney|irs|hmrc|"
               "united nations|world bank|western "
               "union|moneygram|usda|at&t|verizon|vodafone|telekom|godaddy|intuit|quickbooks|zoom|steam|"
               "telegram|booking com|airbnb|klarna|visa|mastercard|proton|yahoo"},

    // ---- signs: counted for the model ------------------------------------------------------------------------------------
    ConceptRow{sign, "call_to_action", 1,
               "click here|click below|click the button|click the link|click on the link|click on|claim "
               "now|claim here|claim your|confirm now|verify now|"
               "verify here|start now|get started|continue here|jetzt klicken|hier klicken|klicken sie "
               "hier|jetzt bestatigen|jetzt starten|jetzt sichern|"
               "jetzt gewinnen|hier starten|zur umfrage|cliquez ici|commencer|cliquez sur|haga clic|haz "
               "clic|clique aqui|clique no|clicca qui|"
               "inizia|klik hier|start survey|take the survey|update now|renew now|unlock now|activate "
               "now|login now|sign in now"},
    ConceptRow{sign, "prize", 1,
               "congratulations|you have been selected|you have been chosen|you won|you have "
               "won|winner|winners|your reward|gift card|free gift|prize|"
               "lottery|gluckwunsch|herzlichen gluckwunsch|sie wurden "
               "ausgewahlt|gewonnen|gewinner|gewinnen|gutschein|geschenk|pramie|felicitations|"
               "vous avez ete selectionne|gagnant|cadeau|felicidades|enhorabuena|ha sido "
               "seleccionado|ganador|premio|parabens|voce foi selecionado|ganhador|"
               "congratulazioni|complimenti|sei stato "
               "selezionato|vincitore|gefeliciteerd|gewonnen|airdrop|giveaway|exclusive reward"},
    ConceptRow{sign, "threat", 1,
               "suspended|suspend|deactivated|deactivate|terminated|termination|blocked|restricted|limited "
               "access|locked|deleted|permanently deleted|will be closed|legal action|expired|has expired|"
               "gesperrt|sperrung|eingeschrankt|deaktiviert|geloscht|abgelaufen|suspendu|bloque|desactive|"
               "expire|suspendida|bloqueada|suspendido|bloqueado|"
               "bloqueio|suspensa|cancelada|sospeso|bloccato|scaduto|geblokkeerd|opgeschort|verlopen|"
               "infected|virus|viruses|hacked"},
    ConceptRow{sign, "credential", 1,
               "password|passwort|kennwort|contrasena|senha|mot de passe|wachtwoord|login|log in|sign "
               "in|username|user name|pin|account|konto|compte|cuenta|conta|"
               "verify|verification|verifizieren|verifizierung|bestatigen|authenticate|mailbox|webmail|"
               "credentials|recovery phrase|seed phrase|"
               "wallet|two factor"},
    ConceptRow{sign, "fortune", 1,
               "next of kin|inheritance|beneficiary|late client|late "
               "husband|million|millions|consignment|atm card|atm visa card|compensation fund|"
               "contract payment|fund release|release of your fund|foreign partner|business "
               "proposal|donation of|barrister|diplomat|"
               "united nations|swift "
               "transfer|erbschaft|begunstigter|millionen|heritage|beneficiaire|herencia|beneficiario|"
               "heranca|eredita"},
    ConceptRow{sign, "blackmail", 1,
               "webcam|your camera|your device|your contacts|masturbating|pleasuring yourself|adult "
               "websites|porn sites|i hacked|i have access|trojan|spyware|"
               "btc wallet|bitcoin wallet|send bitcoin|pay me|your secret|video of you|i "
               "recorded|embarrassing|remote access|pervert"},
    ConceptRow{sign, "callback", 1,
               "call us|call now|call our|toll free|helpline|customer care|support number|contact number|if "
               "you did not make this|if you did not authorize|"
               "did not authorize this|auto renewal|auto debited|subscription renewed|has been renewed|to "
               "cancel|cancel this order|cancel the order|geek squad|"
               "norton|mcafee|paypal|billing department"},
    ConceptRow{sign, "favour", 1,
               "are you available|are you free|quick task|a favor|a favour|gift cards|are you at your "
               "desk|in a meeting|discreet|discreetly|confidential task|"
               "cell number|personal number|keep this between|change my bank|direct deposit "
               "information|update my direct deposit|"
               "change of bank|new bank details|process a payment|outstanding payment|kindly get back"},
    ConceptRow{
        sign, "leisure_sale", 1,
        "casino|freispiele|free spins|jackpot|bonus|keto|viagra|cialis|weight "
        "loss|pharmacy|pills|dating|girls|hot girls|replica|rolex|cheap|"
        "enlargement|mortgage|refinance|miracle|secret trick|weird trick|ancient|loophole|breakthrough"},
};

}  // namespace

std::span<const ConceptRow> concept_rows() {
    return words_of_concepts;
}

}  // namespace tocsin::rules
