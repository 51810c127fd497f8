with Ada.Text_IO; use Ada.Text_IO;

procedure Sieve is
   Limit : constant := 50;
   Prime : array (2 .. Limit) of Boolean := (others => True);
   Count : Natural := 0;
begin
   for I in Prime'Range loop
      if Prime (I) then
         Count := Count + 1;
         for J in I + 1 .. Limit loop
            if J mod I = 0 then
               Prime (J) := False;
            end if;
         end loop;
      end if;
   end loop;
   Put_Line (Natural'Image (Count) & " primes");
end Sieve;
