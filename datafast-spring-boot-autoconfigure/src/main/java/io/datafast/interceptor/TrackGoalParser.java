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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.interceptor.InvalidTrackGoalException.Violation;
import io.datafast.interceptor.TrackedMethod.Entry;
import io.datafast.interceptor.TrackedMethod.Operation;
import io.datafast.interceptor.result.ResultHandler;
import io.datafast.support.GoalRules;
import org.jspecify.annotations.Nullable;

import org.springframework.context.aot.AbstractAotProcessor;
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
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;

/**
 * Parses and checks the annotations of one method, and collects all that is wrong with
 * them.
 */
final class TrackGoalParser {

	/**
	 * The name of the variable that holds what the method returned.
	 */
	static final String RESULT = "result";

	private static final Set<String> OTHER_VARIABLES = Set.of(RESULT, "root", "this");

	/**
	 * The base class of filters. Its final methods would run on the proxy instead of the
	 * filter.
	 */
	private static final String FILTER = "org.springframework.web.filter.GenericFilterBean";

	private static final String SERVLET = "jakarta.servlet.http.HttpServlet";

	private static final ParameterNameDiscoverer parameterNames = new DefaultParameterNameDiscoverer();

	private final ExpressionParser expressionParser = new SpelExpressionParser();

	private final StringValueResolver placeholders;

	private final MethodParameter[] parameters;

	private final @Nullable String[] names;

	private final Method method;

	private final Class<?> beanClass;

	private final Map<String, Integer> variables = new HashMap<>();

	private final Set<Violation> violations = new LinkedHashSet<>();

	/**
	 * Create a parser.
	 * @param declaration the method on which the annotations were found, possibly of an
	 * interface
	 * @param annotatedMethod the method that carries the annotations, often the same
	 * @param specificMethod the method that runs, often the same
	 * @param beanClass the class of the bean, which may inherit the methods
	 * @param placeholders resolves placeholders
	 */
	TrackGoalParser(Method declaration, Method annotatedMethod, Method specificMethod, Class<?> beanClass,
			StringValueResolver placeholders) {
		this.method = specificMethod;
		this.beanClass = beanClass;
		this.placeholders = placeholders;
		this.parameters = new AnnotatedMethod(declaration).getMethodParameters();
		this.names = new String[specificMethod.getParameterCount()];
		for (int i = 0; i < this.names.length; i++) {
			this.variables.put("a" + i, i);
			this.variables.put("p" + i, i);
		}
		// The names of the method that carries the annotations override the others.
		addNames(specificMethod);
		addNames(annotatedMethod);
	}

	private void addNames(Method source) {
		@Nullable String[] found = parameterNames.getParameterNames(source);
		for (int i = 0; found != null && i < found.length; i++) {
			if (found[i] != null) {
				this.names[i] = found[i];
				this.variables.put(found[i], i);
			}
		}
	}

	/**
	 * The names of the arguments in expressions, with the arguments' indexes.
	 */
	Map<String, Integer> variables() {
		return Map.copyOf(this.variables);
	}

	/**
	 * The index of the first parameter with {@link VisitorId}, or -1.
	 */
	int visitorIdParameter() {
		for (int i = 0; i < this.parameters.length; i++) {
			if (this.parameters[i].hasParameterAnnotation(VisitorId.class)) {
				return i;
			}
		}
		return -1;
	}

	/**
	 * Parse the annotations.
	 * @param annotations those that apply to the method, at least one
	 * @return the operations
	 * @throws InvalidTrackGoalException if anything is wrong
	 */
	List<Operation> parse(List<TrackGoal> annotations) {
		checkInterceptable();
		String obstacle = ResultHandler.findObstacle(this.method);
		if (obstacle != null) {
			violation("return type", this.method.getGenericReturnType().getTypeName(),
					"the library cannot know when such a result is there", obstacle);
		}
		checkVisitorIdParameter();
		List<Entry> parameterEntries = parseParameters();
		List<Operation> operations = annotations.stream()
			.map((annotation) -> parse(annotation, parameterEntries))
			.toList();
		if (!this.violations.isEmpty()) {
			throw new InvalidTrackGoalException(describe(this.method), List.copyOf(this.violations));
		}
		return operations;
	}

	private void checkInterceptable() {
		String obstacle = findObstacle(this.method, this.beanClass);
		if (obstacle != null) {
			violation("method", obstacle,
					"a proxy of " + this.beanClass.getName() + " cannot intercept a method that is " + obstacle,
					"Make the method public and neither final nor static, or call"
							+ " DataFastGoals.track(...) in the method.");
		}
		for (Class<?> current = this.method.getDeclaringClass(); current != null; current = current.getSuperclass()) {
			if (current.getName().equals(FILTER) || (current.getName().equals(SERVLET) && isProtectedIn(current))) {
				violation("method", this.method.getName(),
						"a filter or servlet calls its own methods, such as doFilterInternal and doPost, and no proxy"
								+ " intercepts that",
						"Call DataFastGoals.track(...) in the method.");
			}
		}
	}

	private boolean isProtectedIn(Class<?> type) {
		Method overridden = ReflectionUtils.findMethod(type, this.method.getName(), this.method.getParameterTypes());
		return overridden != null && Modifier.isProtected(overridden.getModifiers());
	}

	/**
	 * Why a proxy cannot intercept a method. A proxy is a subclass in the bean's package.
	 * @param method the method that runs
	 * @param beanClass the bean's class, which may inherit the method
	 * @return the obstacle, or {@code null} if it can
	 */
	static @Nullable String findObstacle(Method method, Class<?> beanClass) {
		int modifiers = method.getModifiers();
		Class<?> type = method.getDeclaringClass();
		if (Modifier.isPrivate(modifiers)) {
			return "private";
		}
		if (Modifier.isStatic(modifiers)) {
			return "static";
		}
		if (Modifier.isFinal(modifiers)) {
			return Modifier.isFinal(type.getModifiers()) ? null : "final";
		}
		return (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)
				|| type.getPackageName().equals(beanClass.getPackageName())) ? null
						: "package-private in another package";
	}

	private void checkVisitorIdParameter() {
		int index = visitorIdParameter();
		if (index >= 0 && this.parameters[index].nestedIfOptional().getNestedParameterType() != String.class) {
			violation("@VisitorId on parameter " + index,
					this.parameters[index].getGenericParameterType().getTypeName(),
					"a visitor id is a String or an Optional<String>", "Change the parameter's type.");
		}
	}

	private List<Entry> parseParameters() {
		List<Entry> entries = new ArrayList<>();
		for (int i = 0; i < this.parameters.length; i++) {
			GoalMetadata metadata = this.parameters[i].getParameterAnnotation(GoalMetadata.class);
			if (metadata != null) {
				String where = "@GoalMetadata on parameter " + i;
				String key = metadata.key().isEmpty() ? this.names[i] : resolve(where, metadata.key());
				if (key != null) {
					check(where, key, GoalRules::checkKey);
				}
				else {
					violation(where, "", "the key is the parameter's name, which the class file does not hold",
							"Name the key, as in @GoalMetadata(\"plan\"), or compile with -parameters.");
				}
				entries.add(new Entry((key != null) ? key : "", i, parseExpression(where, metadata.expression())));
			}
		}
		return entries;
	}

	private Operation parse(TrackGoal annotation, List<Entry> parameterEntries) {
		String name = resolve("name", annotation.name());
		check("name", name, GoalRules::checkName);
		List<Entry> entries = new ArrayList<>(parameterEntries);
		for (GoalMetadata metadata : annotation.metadata()) {
			String key = resolve("metadata", metadata.key());
			String where = "metadata \"" + key + "\"";
			check("metadata", key, GoalRules::checkKey);
			if (metadata.expression().isEmpty()) {
				violation(where, "", "an entry inside @TrackGoal needs an expression",
						"Add expression = \"...\", for instance \"#result.id\", or \"'...'\" for a constant.");
			}
			entries.add(new Entry(key, -1, parseExpression(where, metadata.expression())));
		}
		checkEntries(name, entries);
		return new Operation(name, parseExpression("condition", annotation.condition()),
				parseExpression("visitorId", annotation.visitorId()), List.copyOf(entries));
	}

	private void check(String where, String value, BiConsumer<String, List<String>> rules) {
		List<String> broken = new ArrayList<>();
		rules.accept(value, broken);
		String suggestion = value.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
			.toLowerCase(Locale.ROOT)
			.replaceAll("[^a-z0-9_:-]+", "_")
			.replaceAll("^_+|_+$", "");
		List<String> brokenBySuggestion = new ArrayList<>();
		rules.accept(suggestion, brokenBySuggestion);
		String fix = brokenBySuggestion.isEmpty() ? "For instance \"" + suggestion + "\"." : "Choose another.";
		broken.forEach((rule) -> violation(where, value, rule, fix));
	}

	private void checkEntries(String name, List<Entry> entries) {
		Set<String> keys = new LinkedHashSet<>();
		for (Entry entry : entries) {
			if (!keys.add(entry.key())) {
				violation("metadata", entry.key(), "the key is used twice for goal \"" + name + "\"",
						"Remove one of the two, or give it another key.");
			}
		}
		List<String> broken = new ArrayList<>();
		GoalRules.checkSize(entries.size(), broken);
		broken.forEach((rule) -> violation("metadata", String.join(", ", keys), rule,
				"Remove " + (entries.size() - GoalRules.MAX_ENTRIES) + " of them."));
	}

	/**
	 * Resolve placeholders.
	 * @return the resolved value, or a well-formed one if that is a violation
	 */
	private String resolve(String where, String value) {
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
		// While processing ahead of time, the property may be unknown.
		if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
			violation(where, value, "the placeholder cannot be resolved: " + problem,
					"Define the property, or give a default as in ${name:default}.");
		}
		return "unresolved-" + Integer.toHexString(value.hashCode());
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
			if (name.equals(RESULT) && this.variables.containsKey(RESULT)) {
				violation(where, expression, "#result is what the method returned, and a parameter has that name",
						"Rename the parameter, or call it #a" + this.variables.get(RESULT) + ".");
			}
			else if (!this.variables.containsKey(name) && !OTHER_VARIABLES.contains(name)) {
				violation(where, expression, "there is no variable #" + name, "There are " + knownVariables()
						+ ". Parameters have names if the class is compiled with -parameters.");
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
		return ClassUtils.getQualifiedMethodName(method) + Stream.of(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", "(", ")"));
	}

}
