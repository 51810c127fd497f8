program Hanoi;

uses SysUtils;

var
  Moves: Integer = 0;

procedure Move(Discs: Integer; Source, Target, Spare: Char);
begin
  if Discs = 0 then Exit;
  Move(Discs - 1, Source, Spare, Target);
  Inc(Moves);
  Move(Discs - 1, Spare, Target, Source);
end;

begin
  Move(10, 'A', 'C', 'B');
  WriteLn(Format('%d moves', [Moves]));
end.
