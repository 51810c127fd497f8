%{
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <readline/readline.h>
int yylex(void);
void *yy_scan_string(const char *);
void yyerror(const char *text) { fprintf(stderr, "%s\n", text); }
%}
%define api.value.type {double}
%token NUMBER
%left '+' '-'
%left '*' '/'
%%
line: sum { printf("%g\n", $1); } ;
sum: NUMBER | sum '+' sum { $$ = $1 + $3; } | sum '-' sum { $$ = $1 - $3; }
   | sum '*' sum { $$ = $1 * $3; } | sum '/' sum { $$ = $1 / $3; } | '(' sum ')' { $$ = $2; } ;
%%
int main(int argc, char **argv) {
    if (argc > 1) {
        yy_scan_string(argv[1]);
        return yyparse();
    }
    char *text;
    while ((text = readline("> ")) != NULL) {
        yy_scan_string(text);
        yyparse();
        free(text);
    }
    return 0;
}
