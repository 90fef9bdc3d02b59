MATCH path = (a:Method {name: $from})-[* ALL SHORTEST 1..8]-(b:Method {name: $to})
RETURN path
