// title: How are two methods connected?
// description: All shortest paths between two methods, over papers, datasets, tasks and whatever else links them.
// params: {"from": "LoRA", "to": "ResNet"}
MATCH path = allShortestPaths((a:Method {name: $from})-[*..8]-(b:Method {name: $to}))
RETURN path
