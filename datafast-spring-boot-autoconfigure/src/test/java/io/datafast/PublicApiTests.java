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

package io.datafast;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The API that applications compile against changes only on purpose.
 */
class PublicApiTests {

	private static final Set<String> PACKAGES = Set.of("io.datafast", "io.datafast.annotation", "io.datafast.test");

	private static final Set<String> TYPES = Set.of("io.datafast.delivery.GoalDeliveryListener",
			"io.datafast.delivery.GoalDispatcher", "io.datafast.delivery.GoalOutcome",
			"io.datafast.delivery.TransactionalGoalDispatcher");

	@Test
	void isAsListed() throws Exception {
		List<String> api = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.datafast")
			.stream()
			.map(JavaClass::reflect)
			.filter(PublicApiTests::isApi)
			.sorted(Comparator.comparing(Class::getName))
			.flatMap(PublicApiTests::describe)
			.toList();
		Path actual = Path.of("target", "public-api.txt");
		Files.write(actual, api);
		assertThat(api)
			.as("If the public API was changed on purpose, replace src/test/resources/public-api.txt by " + actual
					+ ", and tell the users in CHANGELOG.md")
			.isEqualTo(new ClassPathResource("public-api.txt").getContentAsString(StandardCharsets.UTF_8)
				.lines()
				.toList());
	}

	private static boolean isApi(Class<?> type) {
		Class<?> outermost = type;
		for (Class<?> current = type; current != null; current = current.getDeclaringClass()) {
			if (!isVisible(current.getModifiers())) {
				return false;
			}
			outermost = current;
		}
		return !type.isAnonymousClass() && !type.isLocalClass()
				&& (PACKAGES.contains(type.getPackageName()) || TYPES.contains(outermost.getName()));
	}

	private static boolean isVisible(int modifiers) {
		return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
	}

	private static Stream<String> describe(Class<?> type) {
		Stream<String> members = Stream
			.<Member[]>of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
			.flatMap(Stream::of)
			.filter((member) -> isVisible(member.getModifiers()) && !member.isSynthetic())
			.map(PublicApiTests::describe)
			.sorted();
		return Stream.concat(Stream.of(describeType(type)), members.map((member) -> "    " + member));
	}

	private static String describeType(Class<?> type) {
		String supertype = (type.getGenericSuperclass() != null)
				? " extends " + type.getGenericSuperclass().getTypeName() : "";
		List<String> interfaces = Stream.of(type.getGenericInterfaces())
			.map((implemented) -> implemented.getTypeName())
			.toList();
		return toGenericString(type) + supertype
				+ (interfaces.isEmpty() ? "" : " implements " + String.join(", ", interfaces));
	}

	/**
	 * Older Javas say everything but that a type is sealed.
	 */
	private static String toGenericString(Class<?> type) {
		String description = type.toGenericString().replaceFirst("\\b(non-)?sealed ", "");
		return type.isSealed() ? description.replaceFirst("\\b(interface|class) ", "sealed $1 ") : description;
	}

	private static String describe(Member member) {
		if (member instanceof Method method) {
			Object defaultValue = method.getDefaultValue();
			return method.toGenericString() + ((defaultValue != null && !defaultValue.getClass().isArray())
					? " = \"" + defaultValue + "\"" : "");
		}
		return (member instanceof Field field) ? field.toGenericString() : ((Constructor<?>) member).toGenericString();
	}

}
