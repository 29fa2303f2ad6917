#!/usr/bin/perl
# Writes dkim_vectors.hpp: messages signed by another implementation (Debian: libmail-dkim-perl), with a key made for this purpose.
#     openssl genrsa 1024 > key.pem && perl make_dkim_vectors.pl key.pem > dkim_vectors.hpp
use strict;
use warnings;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;

my ($key_file) = @ARGV;
my $public = `openssl rsa -in $key_file -pubout -outform DER 2>/dev/null | base64 -w0`;
my $head = "Received: from a\tby b;\r\n\t Sun, 1 Mar 2026 12:00:00 +0000\r\nFrom:   Anna <anna\@shop.example>\r\n"
    . "To: bob\@example.org\r\nsubject : a  b \t c  \r\nX-Empty:\r\nTo: carol\@example.org\r\n";
my %messages = (
    ordinary    => "$head\r\nHello  Bob, \t\r\n\r\n line two\t\r\n",
    blank_ends  => "$head\r\nHello\r\n\r\n \r\n\t\r\n\r\n\r\n",
    no_body     => "$head\r\n",
    only_blanks => "$head\r\n\r\n\r\n",
    no_line_end => "$head\r\nHello",
);

sub literal {
    my ($text) = @_;
    $text =~ s/([A-Za-z0-9+\/=]{90})(?=[A-Za-z0-9+\/=])/$1\x01/g;
    $text =~ s/\\/\\\\/g;
    $text =~ s/"/\\"/g;
    $text =~ s/\t/\\t/g;
    $text =~ s/(; )(?=[sb]h?=)/$1\x01/g;
    $text =~ s/\x01/"\n     "/g;
    $text =~ s/\r\n/\\r\\n"\n     "/g;
    return "\"$text\"";
}

print "// Made by make_dkim_vectors.pl: do not edit.\n#pragma once\n\nstruct DkimVector {\n    const char* name;\n"
    . "    const char* message;\n};\n\n// clang-format off\ninline constexpr const char* dkim_vector_key =\n    " . literal("v=DKIM1; k=rsa; p=$public") . ";\n\n"
    . "inline constexpr DkimVector dkim_vectors[] = {\n";
for my $form (qw(simple/simple simple/relaxed relaxed/simple relaxed/relaxed)) {
    for my $name (sort keys %messages) {
        # It does not add the line end that RFC 6376 section 3.4.3 asks for.
        next if $name eq 'no_line_end' && $form =~ m{/simple};
        my $signer = Mail::DKIM::Signer->new(
            Algorithm => 'rsa-sha256', Method => $form, Domain => 'shop.example', Selector => 's1',
            Headers => 'to:received:x-empty', Key => Mail::DKIM::PrivateKey->load(File => $key_file));
        $signer->PRINT($messages{$name});
        $signer->CLOSE;
        my $signature = $signer->signature->as_string;
        $signature =~ s/\r?\n/\r\n/g;
        print "    {\"$form $name\",\n     ", literal("$signature\r\n$messages{$name}"), "},\n";
    }
}
print "};\n// clang-format on\n";
