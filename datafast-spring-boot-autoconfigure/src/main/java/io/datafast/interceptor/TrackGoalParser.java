/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.datafast.Goal;
import io.datafast.InvalidGoalException;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.interceptor.InvalidTrackGoalException.Violation;
import io.datafast.interceptor.TrackGoalOperation.Entry;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.expression.Expression;
import org.springframework.expression.ExpressionParser;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * Parses and checks the annotations of one method, and collects all that is wrong with
 * them.
 */
final class TrackGoalParser {

	/**
	 * The variable with what the method returned.
	 */
	static final String RESULT = "result";

	private static final Set<String> VARIABLES_OF_SPEL = Set.of("root", "this");

	/**
	 * Its final methods run on the proxy instead of the filter.
	 */
	private static final String FILTER = "org.springframework.web.filter.GenericFilterBean";

	private static final int MAX_ENTRIES = 10;

	private static final int MAX_NAME_LENGTH = 64;

	private static final ParameterNameDiscoverer parameterNames = new DefaultParameterNameDiscoverer();

	private final ExpressionParser expressionParser = new SpelExpressionParser();

	private final StringValueResolver placeholders;

	private final Method declaration;

	private final Method annotatedMethod;

	private final Method specificMethod;

	private final Map<String, Integer> variables = new HashMap<>();

	private final List<Violation> violations = new ArrayList<>();

	/**
	 * Create a parser.
	 * @param declaration the method on which the annotations were found, possibly of an
	 * interface
	 * @param annotatedMethod the method that carries the annotations, often the same
	 * @param specificMethod the method that runs, often the same
	 * @param placeholders resolves placeholders
	 */
	TrackGoalParser(Method declaration, Method annotatedMethod, Method specificMethod,
			StringValueResolver placeholders) {
		this.declaration = declaration;
		this.annotatedMethod = annotatedMethod;
		this.specificMethod = specificMethod;
		this.placeholders = placeholders;
		for (int i = 0; i < specificMethod.getParameterCount(); i++) {
			this.variables.put("a" + i, i);
			this.variables.put("p" + i, i);
		}
		// The names beside the annotation win.
		addVariables(specificMethod);
		addVariables(annotatedMethod);
	}

	private void addVariables(Method declaration) {
		@Nullable String[] names = parameterNames.getParameterNames(declaration);
		for (int i = 0; names != null && i < names.length; i++) {
			if (names[i] != null) {
				this.variables.put(names[i], i);
			}
		}
	}

	/**
	 * The names of the arguments in expressions.
	 * @return the names, with the arguments' indexes
	 */
	Map<String, Integer> variables() {
		return Map.copyOf(this.variables);
	}

	/**
	 * Parse the annotations.
	 * @param annotations those that apply to the method, at least one
	 * @param obstacle what to do about a result that cannot be tracked, or {@code null}
	 * @return the operations
	 * @throws InvalidTrackGoalException if anything is wrong
	 */
	List<TrackGoalOperation> parse(List<TrackGoal> annotations, @Nullable String obstacle) {
		checkInterceptable();
		if (obstacle != null) {
			violation("return type", this.specificMethod.getGenericReturnType().getTypeName(),
					"nothing tells when such a result is there", obstacle);
		}
		MethodParameter[] parameters = new AnnotatedMethod(this.declaration).getMethodParameters();
		List<Entry> parameterEntries = parseParameters(parameters);
		int visitorIdParameter = findVisitorIdParameter(parameters);
		List<TrackGoalOperation> operations = new ArrayList<>();
		for (TrackGoal annotation : annotations) {
			operations.add(parse(annotation, parameterEntries, visitorIdParameter));
		}
		if (!this.violations.isEmpty()) {
			throw new InvalidTrackGoalException(describe(this.specificMethod),
					new ArrayList<>(new LinkedHashSet<>(this.violations)));
		}
		return List.copyOf(operations);
	}

	private void checkInterceptable() {
		Class<?> type = this.specificMethod.getDeclaringClass();
		int modifiers = this.specificMethod.getModifiers();
		String kind = Modifier.isPrivate(modifiers) ? "private" : Modifier.isStatic(modifiers) ? "static"
				: (Modifier.isFinal(modifiers) && !Modifier.isFinal(type.getModifiers())) ? "final" : null;
		if (kind != null) {
			violation("method", kind, "a proxy cannot intercept a " + kind + " method",
					"Remove '" + kind + "', or call DataFastGoals.track(...) in the method.");
		}
		for (Class<?> current = type; current != null; current = current.getSuperclass()) {
			if (current.getName().equals(FILTER)) {
				violation("method", this.specificMethod.getName(),
						"a filter calls its own methods, such as doFilterInternal, and no proxy intercepts that",
						"Call DataFastGoals.track(...) in the method.");
			}
		}
	}

	private TrackGoalOperation parse(TrackGoal annotation, List<Entry> parameterEntries, int visitorIdParameter) {
		String name = resolve("name", annotation.name());
		if (name != null) {
			checkName(name);
		}
		List<Entry> entries = new ArrayList<>(parameterEntries);
		for (GoalMetadata metadata : annotation.metadata()) {
			String key = resolve("metadata", metadata.key());
			if (key == null) {
				continue;
			}
			checkKey("metadata", key);
			if (metadata.expression().isEmpty()) {
				violation("metadata \"" + key + "\"", "", "an entry inside @TrackGoal needs an expression",
						"Add expression = \"...\", for instance \"#result.id\", or \"'...'\" for a constant.");
			}
			entries.add(new Entry(key, -1, parseExpression("metadata \"" + key + "\"", metadata.expression())));
		}
		String goal = (name != null) ? name : annotation.name();
		checkEntries(goal, entries);
		return new TrackGoalOperation(goal, parseExpression("condition", annotation.condition()),
				parseExpression("visitorId", annotation.visitorId()), visitorIdParameter, List.copyOf(entries));
	}

	private List<Entry> parseParameters(MethodParameter[] parameters) {
		List<Entry> entries = new ArrayList<>();
		for (int i = 0; i < parameters.length; i++) {
			GoalMetadata metadata = parameters[i].getParameterAnnotation(GoalMetadata.class);
			if (metadata != null) {
				String where = "@GoalMetadata on parameter " + i;
				String key = key(where, metadata, i);
				entries.add(new Entry(key, i, parseExpression(where, metadata.expression())));
			}
		}
		return entries;
	}

	private String key(String where, GoalMetadata metadata, int parameter) {
		String key = resolve(where, metadata.key());
		if (key == null) {
			return "";
		}
		if (key.isEmpty()) {
			@Nullable String name = nameOf(parameter);
			if (name == null) {
				violation(where, "", "the key is the parameter's name, which the class file does not hold",
						"Name the key, as in @GoalMetadata(\"plan\"), or compile with -parameters.");
				return key;
			}
			key = name;
		}
		checkKey(where, key);
		return key;
	}

	private @Nullable String nameOf(int parameter) {
		return Stream.of(this.annotatedMethod, this.specificMethod)
			.map(parameterNames::getParameterNames)
			.filter((names) -> names != null && names[parameter] != null)
			.map((names) -> names[parameter])
			.findFirst()
			.orElse(null);
	}

	private int findVisitorIdParameter(MethodParameter[] parameters) {
		for (int i = 0; i < parameters.length; i++) {
			if (parameters[i].hasParameterAnnotation(VisitorId.class)) {
				MethodParameter parameter = parameters[i].nestedIfOptional();
				if (parameter.getNestedParameterType() != String.class) {
					violation("@VisitorId on parameter " + i, parameters[i].getGenericParameterType().getTypeName(),
							"a visitor id is a String or an Optional<String>", "Change the parameter's type.");
				}
				return i;
			}
		}
		return -1;
	}

	private void checkName(String name) {
		try {
			Goal.of(name);
		}
		catch (InvalidGoalException ex) {
			String suggestion = suggest(name, "[^a-z0-9_:-]+");
			String fix = (!suggestion.isEmpty() && !suggestion.equals(name)) ? "For instance \"" + suggestion + "\"."
					: "Choose another name.";
			ex.getViolations().forEach((rule) -> violation("name", name, rule, fix));
		}
	}

	private void checkKey(String where, String key) {
		try {
			Goal.of("name").with(key, "");
		}
		catch (InvalidGoalException ex) {
			String suggestion = suggest(key, "[^a-z0-9_-]+");
			String fix = (!suggestion.isEmpty() && !suggestion.equals(key)) ? "For instance \"" + suggestion + "\"."
					: "Name the key.";
			ex.getViolations().forEach((rule) -> violation(where, key, rule, fix));
		}
	}

	private static String suggest(String value, String disallowed) {
		String suggestion = value.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
			.toLowerCase(Locale.ROOT)
			.replaceAll(disallowed, "_")
			.replaceAll("^_+|_+$", "");
		return suggestion.substring(0, Math.min(suggestion.length(), MAX_NAME_LENGTH));
	}

	private void checkEntries(String name, List<Entry> entries) {
		Set<String> keys = new HashSet<>();
		for (Entry entry : entries) {
			if (!keys.add(entry.key())) {
				violation("metadata", entry.key(), "the key is there twice for goal \"" + name + "\"",
						"Remove one of the two, or give it another key.");
			}
		}
		if (entries.size() > MAX_ENTRIES) {
			violation(
					"metadata", String.join(", ", entries.stream().map(Entry::key).toList()), "goal \"" + name
							+ "\" has " + entries.size() + " entries, and at most " + MAX_ENTRIES + " are allowed",
					"Remove " + (entries.size() - MAX_ENTRIES) + " of them.");
		}
	}

	/**
	 * Resolve placeholders.
	 * @return the resolved value, or {@code null} if that is a violation
	 */
	private @Nullable String resolve(String where, String value) {
		String problem = "there is no such property";
		try {
			String resolved = this.placeholders.resolveStringValue(value);
			if (resolved != null && !resolved.contains("${")) {
				return resolved;
			}
		}
		catch (IllegalArgumentException ex) {
			problem = ex.getMessage();
		}
		violation(where, value, "the placeholder cannot be resolved: " + problem,
				"Define the property, or give a default as in ${name:default}.");
		return null;
	}

	private @Nullable Expression parseExpression(String where, String expression) {
		if (expression.isEmpty()) {
			return null;
		}
		try {
			Expression parsed = this.expressionParser.parseExpression(expression);
			if (parsed instanceof SpelExpression spel) {
				checkVariables(where, expression, spel.getAST());
			}
			return parsed;
		}
		catch (ParseException | IllegalStateException ex) {
			violation(where, expression, "is not a valid SpEL expression: " + ex.getMessage(),
					"Mend the expression. Arguments are #name, the returned value is #result, a constant is 'quoted'.");
			return null;
		}
	}

	private void checkVariables(String where, String expression, SpelNode node) {
		if (node instanceof VariableReference || node instanceof FunctionReference) {
			String name = node.toStringAST().substring(1).replaceFirst("\\(.*", "");
			if (name.equals(RESULT)) {
				if (this.variables.containsKey(RESULT)) {
					violation(where, expression, "#result is what the method returned, and a parameter has that name",
							"Rename the parameter, or call it #a" + this.variables.get(RESULT) + ".");
				}
			}
			else if (!this.variables.containsKey(name) && !VARIABLES_OF_SPEL.contains(name)) {
				violation(where, expression, "there is no variable #" + name, "There are " + knownVariables()
						+ ". Parameters have names if the class is compiled with" + " -parameters.");
			}
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			checkVariables(where, expression, node.getChild(i));
		}
	}

	private String knownVariables() {
		return Stream.concat(this.variables.keySet().stream().sorted(), Stream.of(RESULT, "root"))
			.map((name) -> "#" + name)
			.distinct()
			.collect(Collectors.joining(", "));
	}

	private void violation(String where, String value, String rule, String fix) {
		this.violations.add(new Violation(where, value, rule, fix));
	}

	static String describe(Method method) {
		return ClassUtils.getQualifiedMethodName(method) + List.of(method.getParameterTypes())
			.stream()
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", "(", ")"));
	}

}
