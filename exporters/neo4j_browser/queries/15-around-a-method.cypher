// title: What surrounds a method?
// description: Papers that introduce or build on a method, with their datasets, hardware and tasks, as a picture.
// params: {"method": "LoRA"}
MATCH (m:Method {name: $method})<-[r:INTRODUCES|USES|COMPARES_WITH]-(p:Paper)
MATCH (p)-[s:EVALUATES_ON|TRAINS_ON|RUNS_ON|ADDRESSES]->(e)
RETURN m, r, p, s, e
