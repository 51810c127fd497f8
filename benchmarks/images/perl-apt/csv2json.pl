use strict;
use warnings;
use JSON;
use Text::CSV;

my $csv = Text::CSV->new({ binary => 1 });
my @names = @{ $csv->getline(*STDIN) };
while (my $row = $csv->getline(*STDIN)) {
    my %record;
    @record{@names} = @$row;
    print JSON->new->canonical->encode(\%record), "\n";
}
