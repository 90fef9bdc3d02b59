// title: What is the evidence of an edge?
// description: Every sentence that an edge between a paper and an entity rests on, with the place, the component that found it and its confidence.
// params: {"paper": "LoRA: Low-Rank Adaptation of Large Language Models", "entity": "GPT-3"}
MATCH (p:Paper {title: $paper})-[r]->(e {name: $entity})
UNWIND range(0, size(r.sentences) - 1) AS i
RETURN type(r) AS edge, r.texts[i] AS text, r.sentences[i] AS sentence, r.fields[i] AS field,
       r.start_offsets[i] AS start, r.extractors[i] AS found_by, r.confidences[i] AS confidence
ORDER BY edge, field, start, found_by
