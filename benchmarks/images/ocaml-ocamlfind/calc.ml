let tokens text = Str.full_split (Str.regexp "[-+*/ ]") text

let rec sum = function
  | value, [] -> value
  | value, "+" :: rest -> let next, rest = product rest in sum (value +. next, rest)
  | value, "-" :: rest -> let next, rest = product rest in sum (value -. next, rest)
  | _ -> failwith "what?"

and product = function
  | first :: rest ->
    let rec more value = function
      | "*" :: next :: rest -> more (value *. float_of_string next) rest
      | "/" :: next :: rest -> more (value /. float_of_string next) rest
      | rest -> value, rest
    in
    more (float_of_string first) rest
  | [] -> failwith "too short"

let () =
  let words = List.filter_map (function Str.Text t -> Some t | Str.Delim " " -> None | Str.Delim d -> Some d) (tokens Sys.argv.(1)) in
  Printf.printf "%g\n" (sum (product words))
