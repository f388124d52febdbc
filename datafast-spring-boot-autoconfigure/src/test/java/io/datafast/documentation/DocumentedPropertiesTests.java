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

package io.datafast.documentation;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.datafast.autoconfigure.DataFastProperties;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The properties of the manual are those of the configuration metadata. The metadata is
 * that of the class path and of the other modules, as far as they have been compiled.
 */
class DocumentedPropertiesTests {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	/**
	 * Properties of a module that may not have been compiled yet.
	 */
	private static final String JDBC = "datafast.delivery.jdbc.";

	private static final Pattern NAME = Pattern.compile("datafast(\\.[a-z][a-z-]*)+");

	private static final String METERS = "datafast.goals";

	private static final Map<String, Property> metadata = readMetadata();

	static List<MarkdownPage> manual() {
		return MarkdownPage.manual();
	}

	@ParameterizedTest
	@MethodSource("manual")
	void propertiesOfExamplesExist(MarkdownPage page) throws IOException {
		List<String> names = new ArrayList<>();
		for (MarkdownPage.Block block : page.blocks("yaml")) {
			YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
			yaml.setResources(resource(block));
			yaml.getObject().keySet().forEach((name) -> names.add(name.toString()));
		}
		for (MarkdownPage.Block block : page.blocks("properties")) {
			names.addAll(PropertiesLoaderUtils.loadProperties(resource(block)).stringPropertyNames());
		}
		assertThat(names.stream().filter((name) -> name.startsWith("datafast."))).allMatch(this::isProperty);
	}

	@ParameterizedTest
	@MethodSource("manual")
	void propertiesInTheTextExist(MarkdownPage page) {
		assertThat(page.code()
			.stream()
			.map((code) -> code.replaceFirst("=.*", ""))
			.filter((code) -> NAME.matcher(code).matches() && !code.startsWith(METERS)))
			.allMatch((name) -> isProperty(name) || isGroup(name));
	}

	@Test
	void theTableOfPropertiesIsComplete() {
		Map<String, Property> table = new TreeMap<>();
		MarkdownPage.read("docs/configuration.md")
			.tableRows()
			.stream()
			.filter((row) -> row.get(0).startsWith("`datafast."))
			.map(Property::ofTable)
			.forEach((property) -> assertThat(table.put(property.name(), property)).isNull());
		if (metadata.keySet().stream().noneMatch((name) -> name.startsWith(JDBC))) {
			table.keySet().removeIf((name) -> name.startsWith(JDBC));
		}
		assertThat(table).isEqualTo(metadata);
	}

	@Test
	void theDefaultsOfTheMetadataAreThoseInEffect() {
		String[] defaults = metadata.values()
			.stream()
			.filter((property) -> !property.defaultValue().isEmpty() && !property.name().startsWith(JDBC))
			.map((property) -> property.name() + "=" + property.defaultValue())
			.toArray(String[]::new);
		assertThat(defaults).hasSizeGreaterThan(10);
		DataFastContextRunners.plain()
			.run((unset) -> DataFastContextRunners.plain()
				.withPropertyValues(defaults)
				.run((set) -> assertThat(set.getBean(DataFastProperties.class))
					.isEqualTo(unset.getBean(DataFastProperties.class))));
	}

	private boolean isProperty(String name) {
		return metadata.containsKey(name) || name.matches("datafast\\.metadata[.\\[].+") || isOfMissingModule(name);
	}

	private boolean isGroup(String name) {
		return metadata.keySet().stream().anyMatch((property) -> property.startsWith(name + "."));
	}

	private boolean isOfMissingModule(String name) {
		return (name + ".").startsWith(JDBC) && metadata.keySet().stream().noneMatch((known) -> known.startsWith(JDBC));
	}

	private static ByteArrayResource resource(MarkdownPage.Block block) {
		return new ByteArrayResource(block.content().getBytes(StandardCharsets.UTF_8));
	}

	private static Map<String, Property> readMetadata() {
		Map<String, Property> properties = new TreeMap<>();
		try {
			for (URL url : findMetadata()) {
				String json = new String(url.openStream().readAllBytes(), StandardCharsets.UTF_8);
				Collection<?> entries = (Collection<?>) JsonParserFactory.getJsonParser()
					.parseMap(json)
					.get("properties");
				entries.stream()
					.map((entry) -> (Map<?, ?>) entry)
					.filter((entry) -> entry.get("name").toString().startsWith("datafast."))
					.map(Property::ofMetadata)
					.forEach((property) -> properties.putIfAbsent(property.name(), property));
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		assertThat(properties).isNotEmpty();
		return properties;
	}

	private static Set<URL> findMetadata() throws IOException {
		Set<URL> found = new LinkedHashSet<>(
				Collections.list(DocumentedPropertiesTests.class.getClassLoader().getResources(METADATA)));
		try (Stream<Path> modules = Files.list(MarkdownPage.PROJECT)) {
			for (Path module : modules.toList()) {
				Path metadata = module.resolve("target/classes").resolve(METADATA);
				if (Files.exists(metadata)) {
					found.add(metadata.toUri().toURL());
				}
			}
		}
		return found;
	}

	/**
	 * A property.
	 *
	 * @param name the name
	 * @param type the type, without packages
	 * @param defaultValue the default, empty if there is none
	 */
	private record Property(String name, String type, String defaultValue) {

		static Property ofMetadata(Map<?, ?> entry) {
			Object defaultValue = entry.get("defaultValue");
			String type = entry.get("type").toString().replaceAll("([a-z]\\w*\\.)+", "").replaceFirst(".*\\$", "");
			return new Property(entry.get("name").toString(), type.replace(",", ", "),
					(defaultValue != null) ? defaultValue.toString() : "");
		}

		static Property ofTable(List<String> row) {
			return new Property(row.get(0).replace("`", ""), row.get(1).replace("`", ""), row.get(2).replace("`", ""));
		}

	}

}
