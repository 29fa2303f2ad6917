// The marks of the suite's two payloads that are no virus: a PDF and a phishing page. The third, EICAR, is found by Tocsin's own
// ClamAV signature.
rule tocsin_test_marked_pdf {
    meta:
        severity = "malware"
        description = "the test suite's marked PDF"
    strings:
        $mark = "TOCSIN-TEST-MARK-PDF-5f1c"
    condition:
        $mark
}

rule tocsin_test_marked_html {
    meta:
        severity = "phish"
        description = "the test suite's marked phishing page"
    strings:
        $mark = "TOCSIN-TEST-MARK-HTML-5f1c"
    condition:
        $mark
}
